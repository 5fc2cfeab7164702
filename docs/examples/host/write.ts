import { createReadStream } from 'node:fs';
import type { Json } from '@connector-runtime/core';
import type { DocumentInput, ExecutionSummary, RuntimeConnection } from '@connector-runtime/runtime';

// #region forms
/** A body in each form. */
export function documentsInEveryForm(file: string): DocumentInput[] {
  return [
    { body: { key: 'a' } }, // an object or array: sent as JSON
    { body: '{"key":"b"}' }, // text, of the first media type that the operation accepts
    { body: Buffer.from('key\nc\n'), mediaType: 'text/csv' }, // bytes
    { body: createReadStream(file) }, // a stream, or any async iterable of bytes: read once
    { id: 'order-7', body: { key: 'e' }, properties: { tag: 'vip' } }, // with an id and properties of its own
  ];
}
// #endregion

// #region source
/** Rows as they come: the next is asked for when the operation has room. */
export async function* documentsOf(rows: AsyncIterable<{ readonly id: number; readonly key: string }>) {
  for await (const { id, key } of rows) yield { id: `row-${id}`, body: { key } };
}
// #endregion

// #region results
/** What a host keeps of its documents: a table, as a rule. */
export interface Outbox {
  done(id: string): Promise<void>;
  refused(id: string, why: string): Promise<void>;
  sendAgain(id: string): Promise<void>;
  lookUp(id: string, receipt: Json | undefined): Promise<void>;
}

/** Creates notes, and notes what became of each. */
export async function createNotes(
  connection: RuntimeConnection,
  documents: AsyncIterable<DocumentInput>,
  outbox: Outbox,
): Promise<ExecutionSummary> {
  const execution = connection.execute({ operation: 'create' }, documents);
  for await (const event of execution) {
    if (event.type !== 'result') continue;
    const { inputs, status, message = '', receipt } = event;
    for (const id of inputs) {
      if (status === 'success') await outbox.done(id);
      else if (status === 'applicationError') await outbox.refused(id, message);
      else if (status === 'unknown') await outbox.lookUp(id, receipt);
      else await outbox.sendAgain(id); // failure, notAttempted
    }
  }
  return execution.summary;
}
// #endregion

// #region reconcile
/** Asks the service what became of documents that ended `unknown`; changes nothing there. */
export async function settleNotes(
  connection: RuntimeConnection,
  unsettled: readonly DocumentInput[],
  outbox: Outbox,
): Promise<void> {
  for await (const event of connection.reconcile({ operation: 'create' }, unsettled)) {
    if (event.type !== 'result') continue;
    for (const id of event.inputs) {
      if (event.status === 'success') await outbox.done(id);
      else if (event.status === 'notAttempted') await outbox.sendAgain(id);
      else await outbox.lookUp(id, event.receipt); // still not known: later
    }
  }
}
// #endregion
