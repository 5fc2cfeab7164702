import { type Body, ConnectorError, type HttpHeaders } from '@connector-runtime/core';

/** Headers that frame a message or belong to the hop: a plugin, or a user through it, must not state them. */
const HOST_OWNED = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const VALUE = /^[\t -~\u0080-\u00ff]*$/;

/**
 * The headers of an attempt: the plugin's, checked, and those that the host adds. A body's media type stands in where the plugin names no content type.
 * One that is refused: `HEADER_INVALID` (`contract`, effect `none`), naming the header, never its value.
 */
export function requestHeaders(
  stated: HttpHeaders | undefined,
  body: Body | undefined,
  acceptEncoding: string,
): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (const name in stated) {
    const value = stated[name];
    if (value === undefined) continue;
    const lower = name.toLowerCase();
    if (!NAME.test(lower)) throw invalid('a header', 'has a name that HTTP does not allow');
    if (HOST_OWNED.has(lower)) throw invalid(`header "${lower}"`, "is the host's to set");
    if (!VALUE.test(value))
      throw invalid(`header "${lower}"`, 'has a value with line ends, control characters or characters beyond Latin-1');
    headers[lower] = value;
  }
  headers['accept-encoding'] = acceptEncoding;
  if (body !== undefined) headers['content-type'] ??= body.mediaType;
  return headers;
}

function invalid(what: string, why: string): ConnectorError {
  return new ConnectorError({
    category: 'contract',
    code: 'HEADER_INVALID',
    message: `${what} ${why}`,
    effect: 'none',
    retryable: false,
  });
}
