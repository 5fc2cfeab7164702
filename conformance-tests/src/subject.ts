import type { ConnectorManifest, ConnectorPlugin, Json, OutputEvent, ResultEvent } from '@connector-runtime/core';

/** What a plugin's author supplies: the plugin, and a service that it can be tried against. */
export interface Subject {
  readonly manifest: ConnectorManifest;
  /** Manifest of the last release, for the check of compatibility. */
  readonly previous?: ConnectorManifest;
  load(): Promise<ConnectorPlugin>;
  /** Module specifier of the plugin, for child processes. */
  readonly entry: string;
  /** A fresh, isolated service with nothing in it; called for every check, and stopped after it. */
  start(options: { readonly seed: number }): Promise<Fixture>;
  /** JSON pointers of properties that are named like secrets and are none ("/tokenUrl"). */
  readonly notSecret?: readonly string[];
  /** Check id and a reason of at least 20 characters. */
  readonly waive?: Readonly<Record<string, string>>;
}

/** A service that runs, and what is needed to work with it. Optional members prove more. */
export interface Fixture {
  readonly connections: {
    readonly valid: Json;
    /** Only what is required. */
    readonly minimal?: Json;
    readonly wrongCredential: Json;
    readonly unreachable: Json;
    readonly old?: readonly { readonly version: number; readonly properties: Json }[];
    /** `path`: JSON pointer that the error must name. */
    readonly invalid: readonly { readonly name: string; readonly properties: Json; readonly path: string }[];
  };
  /** JSON pointers; the suite puts canaries there and tells the service. */
  readonly secrets: readonly string[];
  acceptCredentials(credentials: Readonly<Record<string, string>>): void;
  /** By operation id, or `id:variant`: every one of the manifest must be here. */
  readonly operations: Readonly<Record<string, OperationFixture>>;
  /**
   * Only with egress `own`, where the suite sees no request by itself; called once, before the first connects. From then on each request goes through the gate when it
   * has arrived whole, before the service looks at it. A statement is a request, a login too: `method` is its verb, `path` its target, `body` its payload.
   */
  useGate?(gate: Gate): void;
  /** What the service really applied. */
  ledger(): Promise<readonly LedgerEntry[]>;
  /** Makes so many rows that a read must return; their keys. */
  seedRows?(operation: string, n: number): Promise<readonly string[]>;
  seedObjectTypes?(n: number): Promise<void>;
  /** A remote job that never ends. */
  stallJob?(): Promise<void>;
  /** The next request gets the service's own "session expired". A plugin whose every request carries the configured secret itself (API key, HTTP Basic) has no session and needs no such member. */
  expireSession?(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Keeps the request, perhaps holds it up, and calls `serve` once, also where the plugin has left meanwhile: the service then applies and answers it, with what befalls it.
 * `serve` is done when the answer is on its way; until then the request counts as under way. Settles, or rejects, as `serve` does.
 */
export type Gate = (
  request: SeenRequest,
  serve: (fault: ServiceFault | undefined) => void | Promise<void>,
) => Promise<void>;

/**
 * What befalls a request at the service.
 *
 * - `refuse`: not applied, and the plugin can know it: the answer says so ("busy"), or the connection is closed where the protocol says that nothing was taken yet.
 * - `lose`: applied; the connection breaks before the answer.
 * - `hang`: applied; no answer ever comes, and the connection stays.
 * - `cut`: applied; the connection breaks within the answer.
 */
export type ServiceFault = 'refuse' | 'lose' | 'hang' | 'cut';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
}

export interface LedgerEntry {
  readonly key: string;
  readonly action: string;
  readonly data: Json;
  readonly times: number;
}

/** How one operation is tried. */
export interface OperationFixture {
  readonly objectType?: string;
  readonly properties: Json;
  /** Records in a page of the service, of a read; default 10. */
  readonly pageRows?: number;
  readonly dynamic?: readonly Json[];
  /** n distinct documents that the service will apply. */
  good(n: number): readonly Sample[];
  /** Well-formed, refused by the service, with the expected code. */
  bad?(n: number): readonly Sample[];
  withText?(text: string): Sample;
  withNumber?(number: string): Sample;
  withDate?(date: string): Sample;
  withNulls?(): Sample;
  sized?(bytes: number): Sample;
  readonly hostile?: readonly { readonly name: string; readonly sample: Sample }[];
  /** Documents in one request. */
  itemsIn?(request: SeenRequest): number;
  /** Pairs an output or result with a sample or a ledger entry. */
  keyOf(event: OutputEvent | ResultEvent): string | undefined;
  /** Is it a request with an effect? */
  isWrite(request: { readonly method: string; readonly path: string }): boolean;
}

/** A document. `key` names its ledger entry; `expectCode` is the `code` of its result. */
export interface Sample {
  readonly key: string;
  readonly mediaType: string;
  readonly body: Uint8Array;
  readonly properties?: Json;
  readonly expectCode?: string;
  /** The fields that the ledger must say, where the body is no JSON object. */
  readonly data?: Readonly<Record<string, Json>>;
}
