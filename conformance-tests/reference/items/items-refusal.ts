import { ConnectorError } from '@connector-runtime/core';

/** For an answer that cannot be made sense of. `unknown`: it does not tell what of a write was applied. */
export function protocolError(message: string, effect: 'none' | 'unknown' = 'none'): ConnectorError {
  return new ConnectorError({
    category: 'protocol',
    code: 'ITEMS_ANSWER_UNEXPECTED',
    message,
    effect,
    retryable: false,
  });
}
