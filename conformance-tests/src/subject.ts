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
  /** Only with egress `own`, as the next. */
  fault?(kind: 'refuse' | 'lose' | 'hang' | 'delay' | 'cut', at: number | 'write'): Promise<void>;
  requests?(): Promise<readonly SeenRequest[]>;
  /** What the service really applied. */
  ledger(): Promise<readonly LedgerEntry[]>;
  /** Makes so many rows that a read must return; their keys. */
  seedRows?(operation: string, n: number): Promise<readonly string[]>;
  seedObjectTypes?(n: number): Promise<void>;
  /** A remote job that never ends. */
  stallJob?(): Promise<void>;
  /** The next request gets the service's own "session expired". */
  expireSession?(): Promise<void>;
  stop(): Promise<void>;
}

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
