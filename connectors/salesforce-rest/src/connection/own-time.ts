import { type CallContext, ConnectorError } from '@connector-runtime/core';

/** Runs what must not be called off once it has begun, on a signal of its own that aborts after a time. */
export async function onOwnTime<T>(
  { clock, logger, meter }: CallContext,
  limitMs: number,
  work: (context: CallContext) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const done = new AbortController();
  const late = new ConnectorError({
    category: 'timeout',
    code: 'LOGIN_TIMEOUT',
    message: `the login did not end within ${limitMs} ms`,
    effect: 'none',
    retryable: true,
  });
  clock.sleep(limitMs, done.signal).then(
    () => limit.abort(late),
    () => undefined,
  );
  try {
    return await work({ clock, logger, meter, signal: limit.signal, deadlineEpochMs: clock.now() + limitMs });
  } finally {
    done.abort(late);
  }
}
