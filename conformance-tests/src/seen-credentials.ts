import type { CredentialStore, HttpHeaders, Json } from '@connector-runtime/core';
import { MemoryCredentialStore } from '@connector-runtime/runtime';

/** Names of headers that may carry a credential. */
export const CREDENTIAL_HEADER = /authorization|cookie|token|api-?key|session/i;
const CREDENTIAL_KEY = /token|access|refresh|secret|password|session|assertion|jwt/i;
/** Names that only speak of a credential: tokenUrl, accessExpiresAt. */
const HARMLESS_KEY = /(?:url|uri|type|endpoint|at|in|ms|count|name|user|id)$/i;
/** Shorter ones are words ("none"), which stand anywhere. */
const SHORTEST = 8;

/** What requests carry in headers named like credentials, without the word of the scheme or the name of the cookie. */
export function credentialsIn(requests: readonly { readonly headers: HttpHeaders }[]): ReadonlySet<string> {
  const values = requests.flatMap(({ headers }) =>
    Object.entries(headers).flatMap(([name, value]) => {
      if (!CREDENTIAL_HEADER.test(name)) return [];
      if (/cookie/i.test(name)) return value.split(/;\s*/).map((pair) => pair.slice(pair.indexOf('=') + 1));
      return [value.replace(/^\S+\s+/, '')];
    }),
  );
  return new Set(values.filter((value) => value.length >= SHORTEST));
}

/** A store as processes share it, that keeps what was ever put there. */
export class KeepingStore implements CredentialStore {
  readonly texts: string[] = [];
  private readonly inner = new MemoryCredentialStore();

  /** `onPut` is called after each text that was put there. */
  constructor(private readonly onPut: () => void = () => undefined) {}

  get(key: string): ReturnType<CredentialStore['get']> {
    return this.inner.get(key);
  }

  async put(key: string, value: string, ifRevision: number): Promise<boolean> {
    const isStored = await this.inner.put(key, value, ifRevision);
    if (isStored) {
      this.texts.push(value);
      this.onPut();
    }
    return isStored;
  }

  /** Each text that is a credential by itself, or by its name within JSON. */
  get credentials(): readonly string[] {
    return this.texts.flatMap((text) => {
      try {
        const value = JSON.parse(text) as Json;
        return typeof value === 'object' && value !== null ? credentialsWithin(value) : [text];
      } catch {
        return [text];
      }
    });
  }
}

function credentialsWithin(value: Json, name = ''): readonly string[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, part]) => credentialsWithin(part as Json, key));
  const isNamed = CREDENTIAL_KEY.test(name) && !HARMLESS_KEY.test(name);
  return typeof value === 'string' && isNamed && value.length >= SHORTEST && !/^https?:/i.test(value) ? [value] : [];
}
