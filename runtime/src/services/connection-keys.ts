import type { Cache, CredentialStore } from '@connector-runtime/core';

/** The part of a cache that belongs to one connection: its keys meet no other's. */
export function cacheOf(connection: string, cache: Cache): Cache {
  const own = ownKeys(connection);
  return {
    get: (key) => cache.get(own(key)),
    set: (key, value, ttlMs) => cache.set(own(key), value, ttlMs),
  };
}

/** The part of a credential store that belongs to one connection. */
export function credentialsOf(connection: string, store: CredentialStore): CredentialStore {
  const own = ownKeys(connection);
  return {
    get: (key) => store.get(own(key)),
    put: (key, value, ifRevision) => store.put(own(key), value, ifRevision),
  };
}

/** As JSON, so that no pair of names can be read as another pair. */
function ownKeys(connection: string): (key: string) => string {
  return (key) => JSON.stringify([connection, key]);
}
