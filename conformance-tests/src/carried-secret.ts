import { holdsSecret } from './fixture-secrets.js';
import type { SentRequest } from './lent/lent-transport.js';
import type { CarriedRequest } from './lent/traffic.js';

/** Does the request hold the secret in its path, its body or its headers? */
export function carriesSecret(request: CarriedRequest & Partial<SentRequest>, secret: string): boolean {
  const { path, body } = request;
  return [path, Buffer.from(body).toString()].some((text) => holdsSecret(text, secret)) || inHeaders(request, secret);
}

/** As it is, or by HTTP Basic. */
export function inHeaders({ headers = {} }: Partial<SentRequest>, secret: string): boolean {
  return Object.values(headers).some((value) => {
    const basic = /^Basic (.+)$/i.exec(value)?.[1];
    return holdsSecret(basic === undefined ? value : Buffer.from(basic, 'base64').toString(), secret);
  });
}
