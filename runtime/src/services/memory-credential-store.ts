import type { CredentialStore, Secret } from '@connector-runtime/core';
import { SecretText } from './secret-text.js';

/** Credentials of this process, gone with it. */
export class MemoryCredentialStore implements CredentialStore {
  private readonly entries = new Map<string, { readonly value: Secret; readonly revision: number }>();

  async get(key: string): Promise<{ readonly value: Secret; readonly revision: number } | undefined> {
    return this.entries.get(key);
  }

  async put(key: string, value: string, ifRevision: number): Promise<boolean> {
    const revision = this.entries.get(key)?.revision ?? 0;
    if (revision !== ifRevision) return false;
    this.entries.set(key, { value: new SecretText(value), revision: revision + 1 });
    return true;
  }
}
