import { randomUUID } from 'node:crypto';
import { type Clock, CREDENTIAL_STORE, type CredentialStore, inject, injectable } from '@connector-runtime/core';
import { protocolError } from '../transport/refusals.js';
import type { Grant } from './grant.js';

const KEY = 'session';
const MAX_ATTEMPTS = 5;

/** A grant as it is kept, with what it was given for. */
export interface StoredGrant extends Grant {
  /** Which configuration it belongs to; one of another is not used. */
  readonly identity: string;
  readonly obtainedAtEpochMs: number;
  /** Somebody is presenting the refresh token; until then nobody else may. */
  readonly claim?: { readonly by: string; readonly untilEpochMs: number };
}

/** What the store holds for a configuration, and the revision to write over. */
export interface Kept {
  readonly grant?: StoredGrant;
  readonly revision: number;
}

const NO_GRANT: Omit<StoredGrant, 'identity'> = { token: '', user: '', obtainedAtEpochMs: 0 };

/** A refresh token that is ours to present. */
export interface Claimed extends Kept {
  readonly grant: StoredGrant & { readonly refreshToken: string };
}

/** Keeps the connection's session between runs, and between processes that share it. */
@injectable()
export class SessionStore {
  /** A grant that the store could not take: a refresh token in it may be the only good one. */
  private unwritten: StoredGrant | undefined;

  constructor(@inject(CREDENTIAL_STORE) private readonly store: CredentialStore) {}

  /** What is kept for this configuration, if anything. A grant that could not be written before is written first. */
  async read(identity: string): Promise<Kept> {
    const kept = await this.readEntry(identity);
    return this.unwritten === undefined ? kept : this.keep(this.unwritten, kept.revision);
  }

  /** Writes a new grant, durable once this resolves; one that another process obtained later stays, and is the outcome. */
  async keep(grant: StoredGrant, revision: number): Promise<Kept> {
    this.unwritten = grant;
    let over = revision;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const kept = await this.write(grant, over);
      const isOurs = kept.grant?.token === grant.token && kept.grant.refreshToken === grant.refreshToken;
      if (isOurs || (kept.grant?.obtainedAtEpochMs ?? 0) > grant.obtainedAtEpochMs) {
        this.unwritten = undefined;
        return kept;
      }
      over = kept.revision;
    }
    throw busy('the session');
  }

  /** Leaves nothing of what was kept. Twice, for a store may hold on to the revision before the last. */
  async forget(): Promise<void> {
    this.unwritten = undefined;
    for (let written = 0, attempt = 1; written < 2; attempt += 1) {
      if (attempt > MAX_ATTEMPTS) throw busy('to forget the session');
      const { revision = 0 } = (await this.store.get(KEY)) ?? {};
      if (await this.store.put(KEY, '', revision)) written += 1;
    }
  }

  /** Makes a refresh token ours to present for a while; `undefined` where another process has it. */
  async claim(
    kept: Kept & { readonly identity: string; readonly refreshToken: string },
    claimMs: number,
    clock: Clock,
  ): Promise<Claimed | undefined> {
    const { identity, refreshToken } = kept;
    const { claim: other, ...before } = kept.grant ?? NO_GRANT;
    if (other !== undefined && other.untilEpochMs > clock.now()) return undefined;
    const grant = { ...before, identity, refreshToken };
    const claim = { by: randomUUID(), untilEpochMs: clock.now() + claimMs };
    const now = await this.write({ ...grant, claim }, kept.revision);
    return now.grant?.claim?.by === claim.by ? { grant, revision: now.revision } : undefined;
  }

  /** Gives a claim up whose refresh token was certainly not replaced. */
  async release({ grant, revision }: Claimed): Promise<void> {
    await this.write(grant, revision);
  }

  /** Writes over the revision that was read, unless another process has written since. Gives what is kept then. */
  private async write(grant: StoredGrant, revision: number): Promise<Kept> {
    await this.store.put(KEY, JSON.stringify(grant), revision);
    return this.readEntry(grant.identity);
  }

  private async readEntry(identity: string): Promise<Kept> {
    const entry = await this.store.get(KEY);
    if (entry === undefined) return { revision: 0 };
    const grant = parseGrant(entry.value.reveal());
    const { revision } = entry;
    return grant?.identity === identity ? { grant, revision } : { revision };
  }
}

function busy(what: string): Error {
  return protocolError('CREDENTIAL_STORE_BUSY', `the credential store refused ${what} ${MAX_ATTEMPTS} times`, 'none');
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
