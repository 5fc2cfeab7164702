import type { HttpResponse } from '@connector-runtime/core';

const UTF_8 = /^(?:utf-?8|us-ascii)$/i;

/** The encoding that an answer declares and that is not UTF-8, in its content type or its XML declaration; `undefined` where there is none. */
export function foreignEncoding({ headers }: Pick<HttpResponse, 'headers'>, text: string): string | undefined {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '')?.[1];
  const declared = /^\ufeff?<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)/.exec(text.slice(0, 200))?.[1];
  return [charset, declared].find((name) => name !== undefined && !UTF_8.test(name));
}
