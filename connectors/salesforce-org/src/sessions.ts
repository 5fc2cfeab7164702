import { randomBytes } from 'node:crypto';

/** The logged-in sessions of an org: opaque tokens that end after a time without use. */
export class Sessions {
  readonly #lastUsedMs = new Map<string, number>();

  constructor(
    private readonly orgId15: string,
    private readonly secondsValid: number,
    private readonly now: () => number,
  ) {}

  open(): string {
    const token = `${this.orgId15}!AQ${randomBytes(36).toString('base64url')}`;
    this.#lastUsedMs.set(token, this.now());
    return token;
  }

  /** True for a live session, which this keeps alive. */
  use(token: string): boolean {
    const lastUsedMs = this.#lastUsedMs.get(token);
    if (lastUsedMs === undefined) return false;
    if (this.now() - lastUsedMs >= this.secondsValid * 1000) {
      this.#lastUsedMs.delete(token);
      return false;
    }
    this.#lastUsedMs.set(token, this.now());
    return true;
  }

  /** Ends a session; false where there is none of that token. */
  close(token: string): boolean {
    return this.#lastUsedMs.delete(token);
  }

  closeAll(): void {
    this.#lastUsedMs.clear();
  }
}
