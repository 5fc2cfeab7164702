import { createHash, randomBytes } from 'node:crypto';

const LIFETIME_MS = 10 * 60_000;

/** What a code was given for. */
export interface Authorization {
  readonly redirectUri: string;
  readonly scope: string;
  /** SHA-256 of the verifier, in base64url; absent where the client named none. */
  readonly challenge: string | undefined;
}

/** The authorization codes that an org has given: each is good once, for ten minutes. */
export class AuthorizationCodes {
  readonly #open = new Map<string, Authorization & { readonly untilMs: number }>();

  constructor(private readonly now: () => number) {}

  give(authorization: Authorization): string {
    const code = `aPrx${randomBytes(30).toString('base64url')}==`;
    this.#open.set(code, { ...authorization, untilMs: this.now() + LIFETIME_MS });
    return code;
  }

  /** What the code was given for; from now on it is no good. */
  take(code: string): Authorization | 'expired' | undefined {
    const known = this.#open.get(code);
    this.#open.delete(code);
    if (known === undefined) return undefined;
    return known.untilMs > this.now() ? known : 'expired';
  }
}

/** Is it the verifier that the challenge was made of? Source: RFC 7636, "S256". */
export function isVerifier(verifier: string, challenge: string): boolean {
  return createHash('sha256').update(verifier).digest('base64url') === challenge;
}
