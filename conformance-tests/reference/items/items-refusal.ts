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

/** The service's own code for what it refuses; whatever else it says is none. */
export function codeOf(said: unknown): string | undefined {
  return typeof said === 'string' && /^[A-Z_]+$/.test(said) ? said : undefined;
}
