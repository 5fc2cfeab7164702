import {
  type Browse,
  type CallContext,
  ConnectorError,
  type DescribeQuery,
  type Field,
  inject,
  injectable,
  type Json,
  type JsonSchema,
  type ObjectDefinition,
  type ObjectType,
} from '@connector-runtime/core';
import { ItemsClient } from './items-client.js';
import { protocolError } from './items-refusal.js';

const MAX_ANSWER_BYTES = 1_000_000;

/** A type of items, as the service describes it. */
export interface ItemType {
  readonly id: string;
  readonly fields: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'reference';
    readonly required: boolean;
    readonly refersTo?: string;
  }[];
}

interface TypePage {
  readonly types: readonly ObjectType[];
  readonly next?: number;
}

@injectable()
export class ItemsBrowse implements Browse {
  constructor(@inject(ItemsClient) protected readonly client: ItemsClient) {}

  async *objectTypes(
    { search = '' }: { readonly operation: string; readonly search?: string },
    context: CallContext,
  ): AsyncGenerator<ObjectType> {
    let from: number | undefined = 0;
    while (from !== undefined) {
      const path = `/types?from=${from}&search=${encodeURIComponent(search)}`;
      const { types, next } = (await this.get(path, context)) as unknown as TypePage;
      if (next !== undefined && !(next > from)) throw protocolError(`the types behind ${from} lead back to ${next}`);
      yield* types;
      from = next;
    }
  }

  async describe({ objectType, role, format }: DescribeQuery, context: CallContext): Promise<ObjectDefinition> {
    const type = this.typeFor(role, await this.type(objectType, context));
    return format === 'xsd'
      ? { format, root: 'item', schema: this.xmlSchema(type) }
      : { format, root: 'item', schema: JSON.stringify(this.jsonSchema(type, role)) };
  }

  async *fields(
    { objectType, path }: { readonly objectType: string; readonly path: readonly string[] },
    context: CallContext,
  ): AsyncGenerator<Field> {
    let type = await this.type(objectType, context);
    for (const step of path) {
      const target = type.fields.find(({ name }) => name === step)?.refersTo;
      if (target === undefined) throw unknown(`${objectType}/${path.join('/')} is no reference`);
      type = await this.type(target, context);
    }
    for (const { name, type: kind, required, refersTo } of type.fields) {
      yield {
        name,
        label: name,
        type: kind,
        custom: false,
        required,
        can: ['read', 'create', 'update'],
        hasFields: refersTo !== undefined,
      };
    }
  }

  /** What documents of that direction may have. */
  protected typeFor(_role: 'input' | 'output', type: ItemType): ItemType {
    return type;
  }

  protected type(id: string, context: CallContext): Promise<ItemType> {
    return this.get(`/types/${encodeURIComponent(id)}`, context) as unknown as Promise<ItemType>;
  }

  protected jsonSchema(type: ItemType, role: 'input' | 'output'): JsonSchema {
    const properties: Record<string, Json> = {};
    for (const { name, type: kind } of type.fields)
      properties[name] = { type: kind === 'number' ? ['number', 'null'] : ['string', 'null'] };
    const required = role === 'input' ? type.fields.filter((field) => field.required).map(({ name }) => name) : ['key'];
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'item',
      type: 'object',
      additionalProperties: false,
      required,
      properties,
    };
  }

  protected xmlSchema(type: ItemType): string {
    const elements = type.fields.map(
      ({ name, required }) =>
        `<xs:element name="${xmlName(name)}" type="xs:string" nillable="true" minOccurs="${required ? 1 : 0}"/>`,
    );
    return `<?xml version="1.0" encoding="UTF-8"?>\n<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="item"><xs:complexType><xs:all>${elements.join('')}</xs:all></xs:complexType></xs:element></xs:schema>`;
  }

  private async get(path: string, context: CallContext): Promise<Json> {
    const answer = await this.client.send({ method: 'GET', path, effect: 'none', step: 'browse' }, context);
    return answer.body.json(MAX_ANSWER_BYTES);
  }
}

/** What is no name in XML is written as its code: the way of ISO/IEC 9075-14, "Mapping identifiers to XML names". */
function xmlName(name: string): string {
  return name.replace(
    /[^A-Za-z0-9_.-]|^[^A-Za-z_]/g,
    (character) => `_x${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}_`,
  );
}

function unknown(message: string): ConnectorError {
  return new ConnectorError({
    category: 'notFound',
    code: 'ITEMS_FIELD_UNKNOWN',
    message,
    effect: 'none',
    retryable: false,
  });
}
