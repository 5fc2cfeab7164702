import type { ConnectorManifest, ConnectorPlugin, Json, OutputEvent, ResultEvent } from '@connector-runtime/core';

/** What a plugin's author supplies: the plugin, and a service that it can be tried against. */
export interface Subject {
  /** As the plugin exports it, before anything is loaded: it decides which checks apply. */
  readonly manifest: ConnectorManifest;
  /** Manifest of the last release, for the check of compatibility. */
  readonly previous?: ConnectorManifest;
  /** The plugin's default export. Called for every check and again for each further service that a check starts; what it throws is an error of the subject. */
  load(): Promise<ConnectorPlugin>;
  /** What a child process imports to have the plugin: an absolute path (`require.resolve('../src/index.js')`), or the name of a package that is found from the working directory. */
  readonly entry: string;
  /**
   * A fresh, isolated service with nothing in it; called for every check (for some more than once: services then run side by side), and stopped after it.
   * The seed is for whatever the author decides by chance, and for the secrets; user names and the like are best the same for each. Two services of one seed are alike: their `good`, and the rows of `seedRows`, are the same, in the same order. May throw: an error of the subject.
   */
  start(options: { readonly seed: number }): Promise<Fixture>;
  /** JSON pointers of properties that are named or marked like secrets and are none ("/tokenUrl"), or for which no other text can stand in the service ("/privateKey"). */
  readonly notSecret?: readonly string[];
  /** By check id, a reason of at least 20 characters. The check is not run and told as waived; a MUST that is waived leaves the plugin not conformant. */
  readonly waive?: Readonly<Record<string, string>>;
}

/** A service that runs, and what is needed to work with it. Optional members prove more. */
export interface Fixture {
  /** Properties of connections, as a host configures them: plain JSON, secrets as text. */
  readonly connections: {
    /** Reaches this service, and may do all that the operations need. Its address must be a property: a plugin that always asks the same host cannot be tried here. */
    readonly valid: Json;
    /** As `valid`, with its address and only what is required; needed where the schema has optional properties. */
    readonly minimal?: Json;
    /** As `valid`, with a credential that the service refuses. Needed where there are `secrets`. */
    readonly wrongCredential?: Json;
    /** As `valid`, with an address where nobody listens. */
    readonly unreachable: Json;
    /** Properties as hosts kept them in earlier versions of the configuration (`version` of each), which the plugin must migrate. */
    readonly old?: readonly { readonly version: number; readonly properties: Json }[];
    /** At least one configuration that must be refused. `name` is for messages; `path`: JSON pointer that the error must name. */
    readonly invalid: readonly { readonly name: string; readonly properties: Json; readonly path: string }[];
  };
  /** JSON pointers into `connections.valid`, to texts; the suite puts canaries there and tells the service. */
  readonly secrets: readonly string[];
  /** From now on the service takes these credentials, by pointer of `secrets`, whatever their text; those not named stay as they are. Called before a check connects with them, or to have the service refuse the old ones. */
  acceptCredentials(credentials: Readonly<Record<string, string>>): void;
  /** A secret of the form that the property at the pointer must have (a key in base64, a PEM), another for each n. Needed where a form is demanded; by default the suite's canaries hold characters that JSON, addresses and base64 write differently. */
  canary?(pointer: string, n: number): string;
  /** By operation id, or `id:variant`: every one of the manifest must be here. */
  readonly operations: Readonly<Record<string, OperationFixture>>;
  /**
   * Only with egress `own`, where the suite sees no request by itself; called once, before the first connects. From then on each request goes through the gate when it
   * has arrived whole, before the service looks at it. A statement is a request, a login too: `method` is its verb, `path` its target, `body` its payload.
   */
  useGate?(gate: Gate): void;
  /** What the service really applied so far, in order, of all operations; empty after `start`. Read from the service, never from what the plugin said. Called often, also while requests are under way. */
  ledger(): Promise<readonly LedgerEntry[]>;
  /** Makes so many rows at the service that a read must return, and gives their keys, each once, as `keyOf` will name the outputs. `operation`: its id, without variant. The rows are no entries of the ledger. */
  seedRows?(operation: string, n: number): Promise<readonly string[]>;
  /** Has the service know at least so many object types; for a plugin that browses. */
  seedObjectTypes?(n: number): Promise<void>;
  /** From now on remote jobs stay under way for ever; called before the operation is run. */
  stallJob?(): Promise<void>;
  /** The next request gets the service's own "session expired". A plugin whose every request carries the configured secret itself (API key, HTTP Basic) has no session and needs no such member; one that signs each says `hasSessions: false`. */
  expireSession?(): Promise<void>;
  /** False: each request proves itself, by a signature or a client certificate, and nothing expires. */
  readonly hasSessions?: boolean;
  /** Is it a request for a session (a login, a refresh)? Needed where no secret travels in it (a signed assertion) and something else is asked for before. By default those like the first request that carries one of `secrets`, or else like the first of all. */
  isLogin?(request: { readonly method: string; readonly path: string }): boolean;
  /** Ends the service and frees its port, also with connections still open. Called once, at the end of the check; nothing answers afterwards. */
  stop(): Promise<void>;
}

/**
 * Keeps the request, perhaps holds it up, and calls `serve` once, also where the plugin has left meanwhile: the service then applies and answers it, with what befalls it.
 * The fixture calls it; `serve` is the fixture's own function. `serve` is done when the answer is on its way; until then the request counts as under way. Settles, or rejects, as `serve` does.
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

/** A request as it came to the service. */
export interface SeenRequest {
  /** The verb, in capitals for HTTP. */
  readonly method: string;
  /** What it is about: of HTTP the path with its query, without the origin. */
  readonly path: string;
  /** The whole payload; no bytes where there is none. */
  readonly body: Uint8Array;
}

/** What the service did for one document. */
export interface LedgerEntry {
  /** The `key` of the sample. */
  readonly key: string;
  /** What was done, in the service's own word ("create"): the same whether executions run side by side or not. */
  readonly action: string;
  /** What this write set, as the service keeps it: an object of fields by the sample's names, without those that it left as they were. A number of `withNumber` is its text here, with every digit. */
  readonly data: Json;
  /** How often it was applied: 2 for a document that was sent twice and taken twice. Entries of one key are added up. */
  readonly times: number;
}

/** How one operation is tried. */
export interface OperationFixture {
  /** The id of the object type; needed where the manifest says `objectType: 'required'`. */
  readonly objectType?: string;
  /** The properties of the operation; of a variant, those that choose it. */
  readonly properties: Json;
  /** Records in a page of the service, of a read; default 10. */
  readonly pageRows?: number;
  /** Of a read that looks up one row for each document: `good` has the service hold it, under the document's key. No rows of `seedRows` are then asked of it. */
  readonly looksUp?: boolean;
  /** Of a read: fields of the row that `seedRows` has made under this key, as an output must say them; a number as its text, with every digit. Where outputs are no JSON objects, each value must stand in them as text. One with characters beyond ASCII shows that they are not cut. */
  rowData?(key: string): Readonly<Record<string, Json>>;
  /** At least two different sets of the operation's `x-dynamic` properties, each to be given with a document. */
  readonly dynamic?: readonly Json[];
  /** n documents that the service will apply, each with a key that no earlier call gave. The calls of another fixture of the same seed give the same: count keys in the fixture, not in the module, and make none by chance. */
  good(n: number): readonly Sample[];
  /** n documents that are well-formed and that the service refuses; `expectCode` says how. Keys as of `good`. */
  bad?(n: number): readonly Sample[];
  /** A document that holds this text in a field, whatever characters it has. */
  withText?(text: string): Sample;
  /** A document that holds this number. It is given as the digits of a JSON number, with more than a double keeps: put them into the body as they are. `data` must give them back as text. */
  withNumber?(number: string): Sample;
  /** A document that holds this date, or date and time, in ISO 8601. */
  withDate?(date: string): Sample;
  /** A document with a null, an empty text and a field of the record that is left out. */
  withNulls?(): Sample;
  /** A document whose body has exactly so many bytes, good but for its size. Not of an operation that takes no notice of the body. */
  sized?(bytes: number): Sample;
  /** Documents made to harm who reads them (an entity bomb, very deep nesting); `name` is for messages. Not of an operation that takes no notice of the body. */
  readonly hostile?: readonly { readonly name: string; readonly sample: Sample }[];
  /** Where the manifest says `atomic: 'option'`: the properties that ask for all or none. */
  readonly atomic?: Readonly<Record<string, Json>>;
  /** How many documents a request with an effect carries; asked of those that `isWrite` names. */
  itemsIn?(request: SeenRequest): number;
  /** The key of the sample, the ledger entry or the seeded row that an output or result is about; `undefined` where it cannot be told. */
  keyOf(event: OutputEvent | ResultEvent): string | undefined;
  /** Is it a request of this operation with an effect on documents? A login and a query are none. Asked of every request; of one whose body is a stream, with no bytes. */
  isWrite(request: SeenRequest): boolean;
}

/** A document. */
export interface Sample {
  /** Names its ledger entry, and is the document's id (but in ACC-02, where the host has ids of its own). */
  readonly key: string;
  /** One that the operation takes. */
  readonly mediaType: string;
  /** The whole document. */
  readonly body: Uint8Array;
  /** Dynamic properties of this document. */
  readonly properties?: Json;
  /** The `code` of its result. */
  readonly expectCode?: string;
  /** The fields that the ledger must say, where the body is no JSON object. */
  readonly data?: Readonly<Record<string, Json>>;
}
