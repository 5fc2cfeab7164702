import type { Properties } from './document.js';
import type { CallContext } from './services.js';

/** How a document's schema is written: XML Schema 1.0, or JSON Schema draft 2020-12. */
export type SchemaFormat = 'xsd' | 'json-schema';

/** For people and forms; made when a host asks, on an open connection. It throws as any request does (`auth`, `permission`, `unavailable`). Nothing of it is kept for the run: an operation that needs field types injects the plugin's own describe cache. */
export interface Browse {
  /** Object types that an operation can work on, live from the service, custom ones included, each once, in any order. `search`: part of id or label, in any case; absent or empty: all. None found: nothing is yielded, and nothing is thrown. */
  objectTypes(
    query: { readonly operation: string; readonly search?: string },
    context: CallContext,
  ): AsyncIterable<ObjectType>;
  /** The document's schema, per direction, as the operation with these properties will take or give it. Unknown type: `notFound`. */
  describe(query: DescribeQuery, context: CallContext): Promise<ObjectDefinition>;
  /**
   * One level of fields under a path, for trees and pickers; cycles are fine. Declared as `browse.lazyFields`.
   * An empty path: the object type's own. In the service's order. A field without fields below it: nothing is yielded. Unknown type or path: `notFound`.
   */
  fields?(
    query: { readonly operation: string; readonly objectType: string; readonly path: readonly string[] },
    context: CallContext,
  ): AsyncIterable<Field>;
}

/** Which schema is asked for. */
export interface DescribeQuery {
  /** An operation's id; the host knows that it exists. */
  readonly operation: string;
  readonly objectType: string;
  /** Documents that the operation takes, or those that it gives. */
  readonly role: 'input' | 'output';
  /** One of the manifest's `browse.schemas`. */
  readonly format: SchemaFormat;
  /** The operation's, checked. */
  readonly properties: Properties;
}

/** What an operation can work on: a table, an entity, an sObject. */
export interface ObjectType {
  /** What a request names as its `objectType`. */
  readonly id: string;
  readonly label: string;
  /** Made by the service's customer. */
  readonly custom: boolean;
  /** A sentence for people; absent where the service has none. */
  readonly help?: string;
}

/** `schema` is the text of an XSD or JSON Schema; `root` names the element or definition that a document is. */
export interface ObjectDefinition {
  readonly format: SchemaFormat;
  readonly root: string;
  readonly schema: string;
}

/** One field of an object type, or of a level below it. */
export interface Field {
  readonly name: string;
  readonly label: string;
  /** The service's own word for it. */
  readonly type: string;
  readonly custom: boolean;
  /** A create without it is refused. */
  readonly required: boolean;
  /** What may be done with it; empty: nothing. */
  readonly can: readonly ('read' | 'create' | 'update' | 'filter' | 'sort' | 'key')[];
  /** Has a level below it: ask again with its name added to the path. */
  readonly hasFields: boolean;
}
