import {
  type CallContext,
  type DescribeQuery,
  type Field,
  isConnectorError,
  type JsonSchema,
  type ObjectDefinition,
  type ObjectType,
} from '@connector-runtime/core';
import { ItemsBrowse, type ItemType } from '../../reference/items/items-browse.js';
import { likeParent, type Mutants, withBrowse } from '../mutant.js';

type FieldsQuery = Parameters<ItemsBrowse['fields']>[0];
type TypesQuery = { readonly operation: string; readonly search?: string };

const listsTwice = likeParent(
  class extends ItemsBrowse {
    override async *objectTypes(query: TypesQuery, context: CallContext): AsyncGenerator<ObjectType> {
      let isFirst = true;
      for await (const type of super.objectTypes(query, context)) {
        yield type;
        if (isFirst) yield type;
        isFirst = false;
      }
    }
  },
);

const describesEach = likeParent(
  class extends ItemsBrowse {
    override async *objectTypes(query: TypesQuery, context: CallContext): AsyncGenerator<ObjectType> {
      for await (const type of super.objectTypes(query, context)) {
        await this.type(type.id, context);
        yield type;
      }
    }
  },
);

const describesNothing = likeParent(
  class extends ItemsBrowse {
    override async describe(query: DescribeQuery, context: CallContext): Promise<ObjectDefinition> {
      try {
        return await super.describe(query, context);
      } catch (error) {
        if (!isConnectorError(error) || error.info.category !== 'notFound') throw error;
        return { format: query.format, root: 'item', schema: '{}' };
      }
    }
  },
);

const describesByChance = likeParent(
  class extends ItemsBrowse {
    protected override jsonSchema(type: ItemType, role: 'input' | 'output'): JsonSchema {
      return { ...super.jsonSchema(type, role), $id: `urn:item:${Math.random()}` };
    }
  },
);

const describesOutputByChance = likeParent(
  class extends ItemsBrowse {
    protected override jsonSchema(type: ItemType, role: 'input' | 'output'): JsonSchema {
      const schema = super.jsonSchema(type, role);
      return role === 'input' ? schema : { ...schema, $id: `urn:item:${Math.random()}` };
    }
  },
);

const leavesOut = likeParent(
  class extends ItemsBrowse {
    override async *objectTypes(query: TypesQuery, context: CallContext): AsyncGenerator<ObjectType> {
      for await (const type of super.objectTypes(query, context))
        if (query.operation !== 'delete' || type.id !== 'thing') yield type;
    }
  },
);

const flattens = likeParent(
  class extends ItemsBrowse {
    override async *fields(query: FieldsQuery, context: CallContext): AsyncGenerator<Field> {
      for (;;) yield* super.fields(query, context);
    }
  },
);

const hasNoneBelow = likeParent(
  class extends ItemsBrowse {
    override async *fields(query: FieldsQuery, context: CallContext): AsyncGenerator<Field> {
      if (query.path.length === 0) yield* super.fields(query, context);
    }
  },
);

/** Takes an error of the service for the end of the list. */
const swallowsErrors = likeParent(
  class extends ItemsBrowse {
    override async *objectTypes(query: TypesQuery, context: CallContext): AsyncGenerator<ObjectType> {
      try {
        yield* super.objectTypes(query, context);
      } catch (error) {
        if (!isConnectorError(error) || error.info.service?.httpStatus === undefined) throw error;
      }
    }
  },
);

export const BROWSE_MUTANTS: Mutants = {
  'BRW-01': withBrowse(listsTwice),
  'BRW-01:absent': withBrowse(leavesOut),
  'BRW-02': withBrowse(describesEach),
  'BRW-02:endless': withBrowse(flattens),
  'BRW-02:empty': withBrowse(hasNoneBelow),
  'BRW-03': withBrowse(describesNothing),
  'BRW-03:empty': withBrowse(swallowsErrors),
  'BRW-04': withBrowse(describesByChance),
  'BRW-04:output': withBrowse(describesOutputByChance),
};
