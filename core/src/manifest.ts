import type { SchemaFormat } from './browse.js';
import type { JsonSchema } from './json.js';

/** What a plugin is and can do: plain JSON, readable without running it, checked against `manifest.schema.json` when it is loaded. */
export interface ConnectorManifest {
  /** Stable for ever: "salesforce-rest". Lower case, digits and hyphens. */
  readonly id: string;
  /** Semver of the plugin. */
  readonly version: string;
  /** Semver range of the contract it was written against: "^1.0". A runtime whose {@link CONTRACT_VERSION} is outside refuses it. */
  readonly contract: string;
  /** For people. */
  readonly title: string;
  /** Address of its documentation. */
  readonly documentation?: string;
  /** Counts from 1; grows when stored connection properties change their form. */
  readonly configVersion: number;
  /**
   * Origins that `HTTP_CLIENT` may call: "https://*.my.salesforce.com" (`*` is one or more labels), "{/url}" (origin of that connection property, if set).
   * An origin learnt at login must match too; a request elsewhere is refused (`config`, effect `none`). `own`: opens sockets itself, as a database driver does.
   */
  readonly egress: readonly string[] | 'own';
  readonly connection: {
    readonly properties: JsonSchema;
    /** Has `login`. */
    readonly interactiveLogin?: boolean;
    /** JSON pointer to the property that limits work in flight, over all executions and origins: "/concurrent". */
    readonly concurrency?: string;
  };
  readonly browse?: {
    readonly schemas: readonly SchemaFormat[];
    /** Has `fields`. */
    readonly lazyFields: boolean;
  };
  readonly operations: readonly OperationDescriptor[];
}

/** One kind of work that a plugin does. */
export interface OperationDescriptor {
  /** Unique in the plugin, stable for ever. */
  readonly id: string;
  readonly title: string;
  /** On the service. */
  readonly effect: 'read' | 'create' | 'update' | 'upsert' | 'delete' | 'mixed';
  /** May the very same document be sent twice? `keyed`: only when it carries a unique key. */
  readonly repeat: 'safe' | 'keyed' | 'unsafe';
  /** `"x-dynamic": true` on a property lets each document override it. Secrets: `writeOnly` and `format: "password"`. */
  readonly properties: JsonSchema;
  readonly objectType: 'required' | 'none';
  /** Media types of input documents; a read started without a documents argument gets one empty document. */
  readonly accepts: readonly string[];
  /** Media types of output documents; the first is the default. */
  readonly emits: readonly string[];
  readonly batch?: BatchDescriptor;
  /** Of results. */
  readonly order: 'input' | 'any';
  /** Yields checkpoints, takes `resumeFrom`. */
  readonly resumable: boolean;
  /** Implements `reconcile`, gives receipts. */
  readonly reconciles: boolean;
  /** What differs with the properties (REST, collections, Bulk): the first whose `when` they satisfy is laid over the descriptor; `context.operation` is the outcome. */
  readonly variants?: readonly OperationVariant[];
  readonly limits: OperationLimits;
}

/** Many documents in one request. `atomic`: all of them or none. */
export interface BatchDescriptor {
  readonly maxDocuments: number;
  readonly atomic: 'never' | 'always' | 'option';
}

/** Bounds of an operation that the host keeps. */
export interface OperationLimits {
  /** A document that is known to be larger is `tooLarge` and never reaches the plugin; of a stream, its reader meets `tooLarge` there. -1: no limit. */
  readonly maxDocumentBytes: number;
  /** Requests at once. */
  readonly maxInFlight: number;
  /** After an abort, the operation has ended within this time. */
  readonly stopWithinMs: number;
}

/** A part of a descriptor that holds when the operation's properties satisfy `when`. */
export type OperationVariant = Partial<
  Pick<OperationDescriptor, 'repeat' | 'accepts' | 'emits' | 'batch' | 'order' | 'resumable' | 'reconciles' | 'limits'>
> & { readonly id: string; readonly when: JsonSchema };

/** Version of this contract; a manifest's `contract` range must contain it. */
export const CONTRACT_VERSION = '1.0.0';
