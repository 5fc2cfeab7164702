import {
  type Browse,
  type CallContext,
  type DescribeQuery,
  inject,
  injectable,
  type Json,
  type JsonSchema,
  type ObjectDefinition,
  type ObjectType,
} from '@connector-runtime/core';
import { LinesClient } from './lines-client.js';
import { unexpectedAnswer } from './lines-refusal.js';
import { NONE } from './lines-session.js';
import type { Statement } from './lines-wire.js';

/** A type of entries, as the service describes it. */
export interface EntryType {
  readonly fields: readonly { readonly name: string; readonly type: 'string' | 'number' }[];
}

@injectable()
export class LinesBrowse implements Browse {
  constructor(@inject(LinesClient) protected readonly client: LinesClient) {}

  async *objectTypes(
    { search = '' }: { readonly operation: string; readonly search?: string },
    context: CallContext,
  ): AsyncGenerator<ObjectType> {
    let after: string | undefined = '';
    while (after !== undefined) {
      const page = (await this.ask('TYPES', NONE, { after, search }, context)) as unknown as {
        readonly names: readonly string[];
        readonly isLast: boolean;
      };
      for (const id of page.names) yield { id, label: id, custom: false };
      after = page.isLast ? undefined : page.names.at(-1);
    }
  }

  async describe({ objectType, role, format }: DescribeQuery, context: CallContext): Promise<ObjectDefinition> {
    const type = (await this.ask('TYPE', encodeURIComponent(objectType), {}, context)) as unknown as EntryType;
    return { format, root: 'entry', schema: JSON.stringify(this.schema(type, role)) };
  }

  /** Both directions are alike: an entry that is read is what was written. */
  protected schema({ fields }: EntryType, _role: 'input' | 'output'): JsonSchema {
    return {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'entry',
      type: 'object',
      additionalProperties: false,
      required: ['key'],
      properties: Object.fromEntries(fields.map(({ name, type }) => [name, { type: [type, 'null'] }])),
    };
  }

  private async ask(verb: string, target: string, question: Json, context: CallContext): Promise<Json> {
    const statement: Statement = { verb, target, payload: JSON.stringify(question), effect: 'none' };
    const { text } = await this.client.send(statement, context);
    try {
      return JSON.parse(text) as Json;
    } catch {
      throw unexpectedAnswer('the answer is no JSON', statement);
    }
  }
}
