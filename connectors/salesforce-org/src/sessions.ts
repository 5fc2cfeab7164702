import { randomBytes } from 'node:crypto';

/** A session of a user whose password has expired may only change it. */
export type SessionReach = 'everything' | 'passwordChange';

/** The logged-in sessions of an org: opaque tokens that end after a time without use. */
export class Sessions {
  readonly #open = new Map<string, { readonly reach: SessionReach; lastUsedMs: number }>();

  constructor(
    private readonly orgId15: string,
    private readonly secondsValid: number,
    private readonly now: () => number,
  ) {}

  open(reach: SessionReach = 'everything'): string {
    const token = `${this.orgId15}!AQ${randomBytes(36).toString('base64url')}`;
    this.#open.set(token, { reach, lastUsedMs: this.now() });
    return token;
  }

  /** What a live session may do; this keeps it alive. Undefined where there is none of that token. */
  use(token: string): SessionReach | undefined {
    const session = this.#open.get(token);
    if (session === undefined) return undefined;
    if (this.now() - session.lastUsedMs >= this.secondsValid * 1000) {
      this.#open.delete(token);
      return undefined;
    }
    session.lastUsedMs = this.now();
    return session.reach;
  }

  /** Ends a session; false where there is none of that token. */
  close(token: string): boolean {
    return this.#open.delete(token);
  }

  closeAll(): void {
    this.#open.clear();
  }
}
