import { valueAt } from './json-pointer.js';
import type { Fixture } from './subject.js';

/** Shorter ones are words that a report may need. */
const SHORTEST = 4;

/** The secrets of a connection: the valid one, if no other is given. */
export function secretsOf({ connections, secrets }: Fixture, properties = connections.valid): readonly string[] {
  return secrets.flatMap((pointer) => {
    const value = valueAt(properties, pointer);
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
}

/** Strikes out what the fixture's configurations hold at its `secrets`, in every form: also where no runtime has heard of them, as of a process of its own. */
export function strikeSecrets({ secrets, connections }: Fixture, text: string): string {
  let shown = text;
  for (const properties of [connections.valid, connections.minimal, connections.wrongCredential])
    for (const pointer of secrets) {
      const secret = properties === undefined ? undefined : valueAt(properties, pointer);
      if (typeof secret !== 'string' || secret.length < SHORTEST) continue;
      shown = struckOut(shown, secret);
    }
  return shown;
}

/** The text without the secret, in whatever form and case it stands there. */
export function struckOut(text: string, secret: string): string {
  return formsOf(secret).reduce(
    (shown, form) => shown.replace(new RegExp(form.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'), 'gi'), () => '[secret]'),
    text,
  );
}

/** Does the text hold the secret, in whatever form and case? */
export function holdsSecret(text: string, secret: string): boolean {
  const plain = text.toLowerCase();
  return formsOf(secret).some((form) => plain.includes(form.toLowerCase()));
}

/** As it was at the start: a plugin may replace it. */
const { stringify } = JSON;

/** A secret as it is, and as base64, hex, in an address (encoded, or put there raw) and in JSON. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    stringify(secret).slice(1, -1),
    ...addressForms(secret),
  ];
  // What nearly every text has says nothing.
  return forms.filter((form) => form.length > 1);
}

/** What an address makes of a text that was put raw into its query or path, and of one in a form. Source: URL Standard, sections 1.3 and 5.2. */
function addressForms(secret: string): readonly string[] {
  const query = new URL('http://host/');
  query.search = secret;
  const path = new URL('http://host/');
  path.pathname = secret;
  const forms = [
    query.search.slice(1),
    path.pathname.slice(1),
    new URLSearchParams([['', secret]]).toString().slice(1),
  ];
  // Dots between slashes vanish from a path: what is left may stand anywhere.
  return forms.filter((form) => form.length >= secret.length);
}
