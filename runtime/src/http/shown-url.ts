/** A URL as errors, logs and spans may show it: without query, fragment and user, for they hold data and secrets. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`.slice(0, 500);
}
