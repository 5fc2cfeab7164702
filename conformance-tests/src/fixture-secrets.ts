import { valueAt } from './json-pointer.js';
import type { Fixture } from './subject.js';

/** Shorter ones are words that a report may need. */
const SHORTEST = 4;

/** The secrets of a valid connection. */
export function secretsOf({ connections, secrets }: Fixture): readonly string[] {
  return secrets.flatMap((pointer) => {
    const value = valueAt(connections.valid, pointer);
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
      for (const form of formsOf(secret)) shown = shown.replaceAll(form, '[secret]');
    }
  return shown;
}

/** A secret as it is, and as base64, hex, in an address and in JSON. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
}
