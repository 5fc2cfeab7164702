import { ConnectorError, isConnectorError } from '@connector-runtime/core';

/** Something in the configuration is wrong; nothing was sent. `path` is a JSON pointer to the property. */
export function configError(code: string, message: string, path?: string): ConnectorError {
  return refusal('config', code, message, path);
}

/** Something in this document is wrong; nothing of it was sent. */
export function documentError(code: string, message: string, path?: string, cause?: unknown): ConnectorError {
  return refusal('validation', code, message, path, cause);
}

/** An answer is not what the service promises. `effect` as of the request that it answers. */
export function protocolError(
  code: string,
  message: string,
  effect: 'none' | 'unknown',
  cause?: unknown,
): ConnectorError {
  return new ConnectorError({ category: 'protocol', code, message, effect, retryable: false }, { cause });
}

/** The error with the step that it met, where it does not name one itself. */
export function withStep(error: unknown, step: string): unknown {
  if (!isConnectorError(error) || error.info.step !== undefined) return error;
  return new ConnectorError({ ...error.info, step }, { cause: error.cause });
}

function refusal(
  category: 'config' | 'validation',
  code: string,
  message: string,
  path?: string,
  cause?: unknown,
): ConnectorError {
  const info = { category, code, message, effect: 'none', retryable: false } as const;
  return new ConnectorError(path === undefined ? info : { ...info, path }, { cause });
}
