import {
  type Browse,
  type CallContext,
  type DescribeQuery,
  type Field,
  inject,
  injectable,
  type ObjectDefinition,
  type ObjectType,
} from '@connector-runtime/core';
import { DescribeCache } from '../describe/describe-cache.js';
import type { SObjectDescribe, SObjectEntry } from '../describe/sobject-describe.js';
import { asksForBulk } from '../properties/bulk-properties.js';
import { asksForCollections } from '../properties/write-properties.js';
import { refuseBulkChildren } from '../soql/bulk-children.js';
import { configError } from '../transport/refusals.js';
import type { WriteOperation } from './field-elements.js';
import { fieldsAt } from './field-levels.js';
import { inputModel } from './input-model.js';
import type { ObjectModel } from './object-model.js';
import { queryModel, recordModel, selectedBy } from './output-model.js';
import { treeModel } from './tree-model.js';

/** By operation: what an object type must allow. Source of the choice: the flags of a describe. */
const FILTERS: Readonly<Record<string, (entry: SObjectEntry) => boolean>> = {
  query: ({ queryable }) => queryable,
  create: ({ createable }) => createable,
  update: ({ updateable }) => updateable,
  upsert: ({ updateable }) => updateable,
  delete: ({ deletable }) => deletable,
  createTree: ({ createable }) => createable,
};

/** Shows what the organisation holds, live, custom object types and fields included. */
@injectable()
export class SObjectBrowser implements Browse {
  private latest:
    | {
        readonly question: string;
        readonly describe: SObjectDescribe;
        readonly model: ObjectModel | undefined;
      }
    | undefined;

  constructor(@inject(DescribeCache) private readonly describes: DescribeCache) {}

  async *objectTypes(
    query: { readonly operation: string; readonly search?: string },
    context: CallContext,
  ): AsyncGenerator<ObjectType> {
    const isSuitable = FILTERS[query.operation] ?? unknownOperation(query.operation);
    const search = query.search?.toLowerCase() ?? '';
    for (const entry of await this.describes.objectTypes(context)) {
      const { name, label, custom } = entry;
      const isFound = name.toLowerCase().includes(search) || label.toLowerCase().includes(search);
      if (isFound && isSuitable(entry)) yield { id: name, label, custom };
    }
  }

  async describe(query: DescribeQuery, context: CallContext): Promise<ObjectDefinition> {
    if (FILTERS[query.operation] === undefined) unknownOperation(query.operation);
    const { format } = query;
    const question = JSON.stringify([query.operation, query.role, query.properties]);
    const describe = await this.describes.describeAfresh(query.objectType, `${question} ${format}`, context);
    const model = await this.modelOnce(question, query, describe, context);
    const isOfTree = query.operation === 'createTree';
    if (format === 'xsd') {
      if (model !== undefined) {
        const { writeXmlSchema } = await import('./xml-schema-writer.js');
        return { format, root: model.root, schema: await writeXmlSchema(model, context.signal) };
      }
      const { writeResultSchema, writeTreeResultSchema } = await import('./result-schema-writer.js');
      if (isOfTree) return { format, root: 'SObjectTreeResponse', schema: writeTreeResultSchema() };
      const root = asksForCollections(query.properties) ? 'result' : 'Result';
      return { format, root, schema: writeResultSchema(root) };
    }
    const { writeJsonResultSchema, writeJsonSchema, writeJsonTreeResultSchema } = await import(
      './json-schema-writer.js'
    );
    if (model !== undefined) {
      const root = model.isTree === true ? model.root : model.rootType;
      return { format, root, schema: await writeJsonSchema(await this.asGiven(model, query), context.signal) };
    }
    if (isOfTree) return { format, root: 'SObjectTreeResponse', schema: writeJsonTreeResultSchema() };
    return { format, root: 'Result', schema: writeJsonResultSchema() };
  }

  async *fields(
    query: { readonly operation: string; readonly objectType: string; readonly path: readonly string[] },
    context: CallContext,
  ): AsyncGenerator<Field> {
    if (FILTERS[query.operation] === undefined) unknownOperation(query.operation);
    yield* await fieldsAt(query, this.describes, context);
  }

  /** Over Bulk API 2.0 records come from CSV, and their values are texts. */
  private async asGiven(model: ObjectModel, { operation, properties }: DescribeQuery): Promise<ObjectModel> {
    if (operation !== 'query' || !asksForBulk(properties)) return model;
    return (await import('./bulk-model.js')).withTexts(model);
  }

  /** Made once for both formats of the same describe. */
  private async modelOnce(
    question: string,
    query: DescribeQuery,
    describe: SObjectDescribe,
    context: CallContext,
  ): Promise<ObjectModel | undefined> {
    const { latest } = this;
    if (latest?.describe === describe && latest.question === question) return latest.model;
    const model = await this.model(query, describe, context);
    this.latest = { question, describe, model };
    return model;
  }

  /** `undefined`: a write's result. */
  private async model(
    query: DescribeQuery,
    describe: SObjectDescribe,
    context: CallContext,
  ): Promise<ObjectModel | undefined> {
    const { operation, properties, role } = query;
    if (operation === 'query') {
      const fields = Array.isArray(properties['fields']) ? (properties['fields'] as string[]) : [];
      const isBulk = asksForBulk(properties);
      if (isBulk) refuseBulkChildren(fields);
      const reach = {
        parents: Number(properties['parentsDepth'] ?? 0),
        children: isBulk ? 0 : Number(properties['childrenDepth'] ?? 0),
        selected: selectedBy(fields),
      };
      const read = await queryModel(describe, reach, this.describes, context);
      return isBulk ? (await import('./bulk-model.js')).withoutCompounds(read) : read;
    }
    if (role === 'output') {
      if (asksForBulk(properties)) {
        const { bulkResultModel } = await import('./bulk-model.js');
        return bulkResultModel(describe, operation as WriteOperation);
      }
      const isReadBack = operation === 'update' && properties['returnUpdatedRecord'] === true;
      return isReadBack && !asksForCollections(properties) ? recordModel(describe) : undefined;
    }
    if (operation === 'createTree')
      return treeModel(describe, Number(properties['childrenDepth'] ?? 0), this.describes, context);
    const key = properties['externalIdFieldName'];
    const keyField = typeof key === 'string' ? key : undefined;
    const isKeyInside = asksForCollections(properties) || asksForBulk(properties);
    return inputModel(describe, operation as WriteOperation, keyField, isKeyInside);
  }
}

function unknownOperation(operation: string): never {
  throw configError('OPERATION_UNKNOWN', `${operation} is no operation that object types can be browsed for`);
}
