import {
  type Browse,
  type CallContext,
  type DescribeQuery,
  inject,
  injectable,
  type Json,
  type ObjectDefinition,
  type ObjectType,
} from '@connector-runtime/core';
import { isObject, objectIn, textIn, unexpectedAnswer } from './answers.js';
import { Client } from './client.js';

/** JSON Schema's name of each type that the service has. A type that is not here may hold anything. */
const TYPES: ReadonlyMap<string, Json> = new Map([
  ['text', { type: ['string', 'null'] }],
  ['number', { type: ['number', 'null'] }],
]);

/** Tells forms and people, live from the service, what there is and what a document may hold. */
@injectable()
export class RecordsBrowse implements Browse {
  constructor(@inject(Client) private readonly client: Client) {}

  /** Page by page: a host that has seen enough leaves, and no further page is asked for. */
  async *objectTypes(
    { search = '' }: { readonly operation: string; readonly search?: string },
    context: CallContext,
  ): AsyncGenerator<ObjectType> {
    for (let cursor = ''; ; ) {
      const query = `search=${encodeURIComponent(search)}&cursor=${encodeURIComponent(cursor)}`;
      const { types, next } = await this.get(`/types?${query}`, context);
      if (!Array.isArray(types)) throw unexpectedAnswer('a page has no object types', 'none');
      for (const type of types.filter(isObject))
        yield { id: textIn(type, 'id'), label: textIn(type, 'label'), custom: type.custom === true };
      if (next === undefined) return;
      if (typeof next !== 'string' || next === cursor) throw unexpectedAnswer('the next page is none', 'none');
      cursor = next;
    }
  }

  /** A type that the service does not know is its 404, which is `notFound` by itself. */
  async describe({ objectType, role, format }: DescribeQuery, context: CallContext): Promise<ObjectDefinition> {
    const { fields } = await this.get(`/types/${encodeURIComponent(objectType)}`, context);
    if (!Array.isArray(fields)) throw unexpectedAnswer('the object type has no fields', 'none');
    const known = fields.filter(isObject).map((field) => ({
      name: textIn(field, 'name'),
      schema: TYPES.get(textIn(field, 'type')) ?? {},
      // Required of a create; of what is read nothing is promised.
      isRequired: role === 'input' && field.required === true,
    }));
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: objectType,
      type: 'object',
      additionalProperties: false,
      required: known.filter(({ isRequired }) => isRequired).map(({ name }) => name),
      properties: Object.fromEntries(known.map(({ name, schema }) => [name, schema])),
    };
    return { format, root: objectType, schema: JSON.stringify(schema) };
  }

  private async get(path: string, context: CallContext): Promise<Readonly<Record<string, Json>>> {
    return objectIn(await this.client.send({ method: 'GET', path, effect: 'none' }, context), 'none');
  }
}
