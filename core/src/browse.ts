import type { Properties } from './document.js';
import type { CallContext } from './services.js';

export type SchemaFormat = 'xsd' | 'json-schema';

/** For people and forms. Nothing of it is kept for the run: an operation that needs field types injects the plugin's own describe cache. */
export interface Browse {
  /** Object types that an operation can work on, live from the service, custom ones included. `search`: part of id or label, in any case. */
  objectTypes(
    query: { readonly operation: string; readonly search?: string },
    context: CallContext,
  ): AsyncIterable<ObjectType>;
  /** The document's schema, per direction, as the operation with these properties will take or give it. Unknown type: `notFound`. */
  describe(query: DescribeQuery, context: CallContext): Promise<ObjectDefinition>;
  /** One level of fields under a path, for trees and pickers; cycles are fine. Declared as `browse.lazyFields`. */
  fields?(
    query: { readonly operation: string; readonly objectType: string; readonly path: readonly string[] },
    context: CallContext,
  ): AsyncIterable<Field>;
}

export interface DescribeQuery {
  readonly operation: string;
  readonly objectType: string;
  readonly role: 'input' | 'output';
  readonly format: SchemaFormat;
  /** The operation's, checked. */
  readonly properties: Properties;
}

export interface ObjectType {
  readonly id: string;
  readonly label: string;
  readonly custom: boolean;
  readonly help?: string;
}

/** `schema` is the text of an XSD or JSON Schema; `root` names the element or definition that a document is. */
export interface ObjectDefinition {
  readonly format: SchemaFormat;
  readonly root: string;
  readonly schema: string;
}

export interface Field {
  readonly name: string;
  readonly label: string;
  /** The service's own word for it. */
  readonly type: string;
  readonly custom: boolean;
  readonly required: boolean;
  readonly can: readonly ('read' | 'create' | 'update' | 'filter' | 'sort' | 'key')[];
  /** Has a level below it: ask again with its name added to the path. */
  readonly hasFields: boolean;
}
