import { CREDENTIAL_STORE, type CredentialStore, inject, injectable } from '@connector-runtime/core';
import { protocolError } from '../transport/refusals.js';
import type { Grant } from './grant.js';

const KEY = 'session';
const MAX_ATTEMPTS = 5;

/** A grant as it is kept, with what it was given for. */
export interface StoredGrant extends Grant {
  /** Which configuration it belongs to; one of another is not used. */
  readonly identity: string;
  readonly obtainedAtEpochMs: number;
}

/** Keeps the connection's session between runs, and between processes that share it. */
@injectable()
export class SessionStore {
  constructor(@inject(CREDENTIAL_STORE) private readonly store: CredentialStore) {}

  /** What is kept for this configuration, if anything. */
  async read(identity: string): Promise<StoredGrant | undefined> {
    return (await this.readWithRevision(identity)).grant;
  }

  /** Durable once it resolves, whatever other processes write meanwhile. */
  async write(grant: StoredGrant): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const { revision } = await this.readWithRevision(grant.identity);
      if (await this.store.put(KEY, JSON.stringify(grant), revision)) return;
    }
    throw protocolError(
      'CREDENTIAL_STORE_BUSY',
      `the credential store refused the session ${MAX_ATTEMPTS} times`,
      'none',
    );
  }

  private async readWithRevision(identity: string): Promise<{ grant?: StoredGrant; revision: number }> {
    const entry = await this.store.get(KEY);
    if (entry === undefined) return { revision: 0 };
    const grant = parseGrant(entry.value.reveal());
    const { revision } = entry;
    return grant?.identity === identity ? { grant, revision } : { revision };
  }
}

function parseGrant(text: string): StoredGrant | undefined {
  try {
    const value = JSON.parse(text) as Partial<StoredGrant> | null;
    return typeof value?.token === 'string' && typeof value.identity === 'string' && typeof value.user === 'string'
      ? (value as StoredGrant)
      : undefined;
  } catch {
    return undefined;
  }
}
