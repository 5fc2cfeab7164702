/** A login request as one client writes it: prefixes `env` and `n1`, values escaped. */
export function loginEnvelope(username: string, password: string): string {
  const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const call = `<n1:username>${escaped(username)}</n1:username><n1:password>${escaped(password)}</n1:password>`;
  return `<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body><n1:login xmlns:n1="urn:partner.soap.sforce.com">${call}</n1:login></env:Body></env:Envelope>`;
}

/** The text of the first element with this local name. */
export function textOf(xml: string, name: string): string | undefined {
  return new RegExp(`<(?:\\w+:)?${name}(?: [^>]*)?>([^<]*)<`).exec(xml)?.[1];
}
