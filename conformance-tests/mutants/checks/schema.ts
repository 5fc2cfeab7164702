import type {
  CallContext,
  DescribeQuery,
  Document,
  ExecutionContext,
  JsonSchema,
  ObjectDefinition,
  ResultEvent,
} from '@connector-runtime/core';
import { ItemsBrowse, type ItemType } from '../../reference/items/items-browse.js';
import { UpdateItems } from '../../reference/items/items-operations.js';
import { likeParent, type Mutants, withBrowse, withOperation } from '../mutant.js';

const typesTwice = likeParent(
  class extends ItemsBrowse {
    protected override xmlSchema(type: ItemType): string {
      return super
        .xmlSchema(type)
        .replace(
          'name="key" type="xs:string" nillable="true" minOccurs="1"/>',
          'name="key" type="xs:string" nillable="true" minOccurs="1"><xs:complexType/></xs:element>',
        );
    }
  },
);

const lacksText = likeParent(
  class extends ItemsBrowse {
    protected override typeFor(role: 'input' | 'output', type: ItemType): ItemType {
      return role === 'output' ? type : { ...type, fields: type.fields.filter(({ name }) => name !== 'text') };
    }
  },
);

const saysNumber = likeParent(
  class extends ItemsBrowse {
    protected override jsonSchema(type: ItemType, role: 'input' | 'output'): JsonSchema {
      const schema = super.jsonSchema(type, role);
      return role === 'input'
        ? schema
        : { ...schema, properties: { ...(schema['properties'] as object), text: { type: 'number' } } };
    }
  },
);

const lacksParentInJson = likeParent(
  class extends ItemsBrowse {
    protected override jsonSchema(type: ItemType, role: 'input' | 'output'): JsonSchema {
      return super.jsonSchema(
        role === 'input' ? type : { ...type, fields: type.fields.filter(({ name }) => name !== 'parent') },
        role,
      );
    }
  },
);

const hasNoRoot = likeParent(
  class extends ItemsBrowse {
    override async describe(query: DescribeQuery, context: CallContext): Promise<ObjectDefinition> {
      const definition = await super.describe(query, context);
      return query.format === 'json-schema' && query.operation === 'delete' ? { ...definition, root: '' } : definition;
    }
  },
);

const namesOtherRoot = likeParent(
  class extends ItemsBrowse {
    override async describe(query: DescribeQuery, context: CallContext): Promise<ObjectDefinition> {
      const definition = await super.describe(query, context);
      return query.format === 'xsd' && query.operation === 'delete' ? { ...definition, root: 'items' } : definition;
    }
  },
);

/** Rows have no note. */
const demandsWhatItFillsIn = likeParent(
  class extends ItemsBrowse {
    override async describe(query: DescribeQuery, context: CallContext): Promise<ObjectDefinition> {
      const definition = await super.describe(query, context);
      if (query.format !== 'json-schema' || query.role !== 'output') return definition;
      const schema = definition.schema
        .replace('"required":["key"]', '"required":["key","parent"]')
        .replace('"parent":{', '"parent":{"default":"",');
      return { ...definition, schema };
    }
  },
);

class AnswersInWordsOfItsOwn extends UpdateItems {
  protected override async update(document: Document, context: ExecutionContext): Promise<ResultEvent> {
    return { ...(await super.update(document, context)), body: { done: true } };
  }
}

export const SCHEMA_MUTANTS: Mutants = {
  'SCH-01': withBrowse(typesTwice),
  'SCH-01:root': withBrowse(hasNoRoot),
  'SCH-01:element': withBrowse(namesOtherRoot),
  'SCH-02': withBrowse(lacksText),
  'SCH-03': withBrowse(saysNumber),
  'SCH-03:default': withBrowse(demandsWhatItFillsIn),
  'SCH-03:result': withOperation('update', AnswersInWordsOfItsOwn),
  'SCH-04': withBrowse(lacksParentInJson),
};
