import { type CallContext, ConnectorError } from '@connector-runtime/core';

/** Gives `work` a signal that aborts with the call, or after so long; its reason is a `ConnectorError`. `work` must heed it. */
export async function withinLimit<T>(
  limitMs: number,
  context: CallContext,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  context.signal.throwIfAborted();
  const over = new AbortController();
  const onAbort = () => over.abort(context.signal.reason);
  context.signal.addEventListener('abort', onAbort);
  context.clock.sleep(limitMs, over.signal).then(
    () => over.abort(noAnswer(limitMs)),
    () => undefined,
  );
  try {
    return await work(over.signal);
  } finally {
    context.signal.removeEventListener('abort', onAbort);
    over.abort();
  }
}

function noAnswer(limitMs: number): ConnectorError {
  return new ConnectorError({
    category: 'timeout',
    code: 'LINES_NO_ANSWER',
    message: `the service gave no answer within ${limitMs} ms`,
    effect: 'none',
    retryable: true,
  });
}
