import type { CallContext, ExecutionContext } from '@connector-runtime/core';

/** Does `work`; where an abort breaks into it, once more in the time that is left for last words. */
export async function withLastWords<T>(
  context: ExecutionContext<unknown>,
  work: (within: CallContext) => Promise<T>,
): Promise<T> {
  if (!context.signal.aborted) {
    try {
      return await work(context);
    } catch (error) {
      if (!context.signal.aborted) throw error;
    }
  }
  return work(context.cleanup);
}
