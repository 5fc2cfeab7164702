import type { CallOptions, Documents, ExecutionSummary, RuntimeConnection } from '@connector-runtime/runtime';

// #region cancel
/** Greets until time is up or the caller has had enough, and hears of every document all the same. */
export async function greetWithin(connection: RuntimeConnection, documents: Documents, limit: CallOptions) {
  const fates = new Map<string, string>();
  for await (const event of connection.execute({ operation: 'greet' }, documents, limit))
    if (event.type === 'result') for (const id of event.inputs) fates.set(id, event.status);
  return fates;
}
// #endregion

// #region leave
/** Greets until one was greeted. */
export async function greetOne(connection: RuntimeConnection, documents: Documents): Promise<ExecutionSummary> {
  const execution = connection.execute({ operation: 'greet' }, documents);
  for await (const event of execution) if (event.type === 'result' && event.status === 'success') break;
  return execution.summary;
}
// #endregion
