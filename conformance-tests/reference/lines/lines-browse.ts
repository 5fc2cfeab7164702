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

interface TypePage {
  readonly names: readonly string[];
  /** The last of them, where there may be more. */
  readonly next: string | undefined;
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
      const { names, next }: TypePage = await this.typesBehind(after, search, context);
      for (const id of names) yield { id, label: id, custom: false };
      after = next;
    }
  }

  async describe({ objectType, role, format }: DescribeQuery, context: CallContext): Promise<ObjectDefinition> {
    const question = asking('TYPE', encodeURIComponent(objectType), {});
    const type = (await this.ask(question, context)) as unknown as EntryType;
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

  private async typesBehind(after: string, search: string, context: CallContext): Promise<TypePage> {
    const question = asking('TYPES', NONE, { after, search });
    const { names, isLast } = (await this.ask(question, context)) as unknown as {
      readonly names: readonly string[];
      readonly isLast: boolean;
    };
    if (isLast) return { names, next: undefined };
    const next = names.at(-1) ?? '';
    if (next <= after) throw unexpectedAnswer(`the page of types behind ${after} leads back`, question);
    return { names, next };
  }

  private async ask(statement: Statement, context: CallContext): Promise<Json> {
    const { text } = await this.client.send(statement, context);
    try {
      return JSON.parse(text) as Json;
    } catch {
      throw unexpectedAnswer('the answer is no JSON', statement);
    }
  }
}

function asking(verb: string, target: string, question: Json): Statement {
  return { verb, target, payload: JSON.stringify(question), effect: 'none' };
}
