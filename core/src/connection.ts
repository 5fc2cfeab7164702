import type { ErrorInfo } from './errors.js';
import type { CallContext } from './services.js';

/** A configured link to a service, one per connection component, shared by all its operations. */
export interface Connection {
  /** Logs in. Called at first use, again at the next use if it threw, never after it succeeded; constructors do no I/O. What it throws is shown as a failed finding or ends the execution. */
  open(context: CallContext): Promise<void>;
  /** Named findings, in the order of looking, each cheap enough for a button in a form; called on an open connection, and again whenever a person asks. What it throws is shown as the failed finding `test`. */
  test(context: CallContext): Promise<readonly TestFinding[]>;
  /** A person logs in by browser; called instead of `open`, which then finds the tokens in CREDENTIAL_STORE. Declared as `connection.interactiveLogin`; other grants throw `unsupported`. */
  login?(person: LoginPrompt, context: CallContext): Promise<void>;
  /** Forgets what is stored of this connection in CREDENTIAL_STORE, and ends it at the service where that can be. Called instead of `open`; a later use logs in anew. */
  logout?(context: CallContext): Promise<void>;
  /** Idempotent; settles within the host's limit; nothing is called afterwards. */
  close(): Promise<void>;
}

/** Lent for `login`: a loopback address that takes one redirect; its query comes back. */
export interface LoginPrompt {
  readonly redirectUri: string;
  /** Shows the person the address to visit. */
  show(url: string): void;
  /** Settles when the browser came back, with the query parameters. */
  redirected(): Promise<Readonly<Record<string, string>>>;
}

/** `message` says what was found ("Enterprise, 14,958 of 15,000 requests left"); with `warning` it is something to act on though it works today. */
export interface TestFinding {
  readonly name: string;
  readonly ok: boolean;
  readonly warning?: boolean;
  readonly message?: string;
  readonly tookMs: number;
  readonly error?: ErrorInfo;
}
