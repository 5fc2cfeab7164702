import { ConnectorError, type ErrorInfo } from '@connector-runtime/core';

/** The statement asked for cannot be built. `path` is a JSON pointer to the property; a value that came from a document makes it that document's fault. */
export function refuseSoql(
  code: string,
  message: string,
  path: string,
  category: Extract<ErrorInfo['category'], 'config' | 'validation' | 'tooLarge'> = 'config',
): never {
  throw new ConnectorError({ category, code, message, effect: 'none', retryable: false, path });
}
