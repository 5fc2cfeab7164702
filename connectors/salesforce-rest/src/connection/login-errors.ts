import {
  type CallContext,
  ConnectorError,
  type ErrorCategory,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  isConnectorError,
} from '@connector-runtime/core';

const PAUSE_MS = 500;

/** What a login's refusal means that would be a document's fault, had it answered a document. */
const OF_LOGIN: Partial<Record<ErrorCategory, ErrorCategory>> = {
  permission: 'auth',
  notFound: 'config',
  validation: 'config',
  tooLarge: 'config',
  conflict: 'unavailable',
};

/** Is it a request whose fate is not known? */
export function isLost(error: unknown): error is ConnectorError {
  return isConnectorError(error) && error.info.effect === 'unknown';
}

/** Does a category say that the service did not answer, or that nobody waits for it any more? */
export function isAway(category: ErrorCategory): boolean {
  return category === 'unavailable' || category === 'timeout' || category === 'cancelled';
}

/** Sends a login, and after a loss once more: a second session harms nobody, but many logins lock a user out. */
export async function sendLogin(
  http: HttpClient,
  request: Omit<HttpRequest, 'effect'>,
  context: CallContext,
): Promise<HttpResponse> {
  try {
    return await http.send({ ...request, effect: 'once' }, context);
  } catch (error) {
    if (!isLost(error) || context.signal.aborted) throw error;
    await context.clock.sleep(PAUSE_MS * context.clock.random(), context.signal);
    return http.send({ ...request, effect: 'once' }, context);
  }
}

/** The error of a login, as one that is no document's fault and has no effect on any: nothing else was tried. */
export function asLoginError(error: unknown): unknown {
  if (!isConnectorError(error)) return error;
  const { info } = error;
  const category = OF_LOGIN[info.category] ?? info.category;
  return new ConnectorError({ ...info, category, effect: 'none', step: info.step ?? 'login' }, { cause: error.cause });
}

/** The error of a login in the midst of a run, as one that every further document would meet too. */
export function asRenewalError(error: unknown): unknown {
  const told = asLoginError(error);
  if (!isConnectorError(told)) return told;
  const { category } = told.info;
  if (isAway(category) || category === 'auth' || category === 'quota' || category === 'config') return told;
  const common = category === 'rateLimit' ? 'quota' : 'auth';
  return new ConnectorError({ ...told.info, category: common, retryable: true }, { cause: told.cause });
}
