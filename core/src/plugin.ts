import type { InjectionToken } from 'tsyringe';
import type { Browse } from './browse.js';
import type { Connection } from './connection.js';
import type { Properties } from './document.js';
import type { Json } from './json.js';
import type { ConnectorManifest } from './manifest.js';
import type { Operation } from './operation.js';

/** A class that can be injected: every parameter of its constructor has `@inject(...)`. */
// biome-ignore lint/suspicious/noExplicitAny: tsyringe's own shape; never[] cannot be resolved
export type Constructor<T> = new (...args: any[]) => T;

/** Names a class, by the checked properties where that matters (an operation its own, browse the connection's), and may import it only now: unused code costs no start-up. */
export type Choice<T> = (properties: Properties) => Constructor<T> | Promise<Constructor<T>>;

/** What a plugin package exports by default. */
export interface ConnectorPlugin {
  readonly manifest: ConnectorManifest;
  /** One per configured connection. Whoever injects this class gets that one, open. */
  readonly connection: Constructor<Connection>;
  /** Present exactly if the manifest has `browse`. */
  readonly browse?: Choice<Browse>;
  /** By operation id; one instance per execution. */
  // biome-ignore lint/suspicious/noExplicitAny: each operation has property types of its own
  readonly operations: Readonly<Record<string, Choice<Operation<any>>>>;
  /**
   * Classes of which a connection has one (session, transport, describe cache), made when first injected; with a token where others ask for an interface.
   * A class that is not named here is made anew for each class that injects it. One that has `close(): Promise<void>` is closed with the connection, the last made first.
   */
  readonly shared?: readonly SharedClass[];
  /** Brings connection properties saved under an older `configVersion` up to date. Pure. */
  migrate?(fromVersion: number, properties: Json): Json;
}

/** A class, or a token and the class that stands behind it. */
export type SharedClass = Constructor<unknown> | readonly [token: InjectionToken, use: Constructor<unknown>];
