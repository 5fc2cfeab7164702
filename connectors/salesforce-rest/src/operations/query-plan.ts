import type { CallContext, Document, ExecutionContext } from '@connector-runtime/core';
import type { DescribeCache } from '../describe/describe-cache.js';
import { isCompound, type SObjectDescribe } from '../describe/sobject-describe.js';
import { asksForBulk } from '../properties/bulk-properties.js';
import type { QueryProperties } from '../properties/query-properties.js';
import { refuseBulkCompound } from '../soql/bulk-compounds.js';
import type { ResolvedField } from '../soql/field-path.js';
import { buildSoql } from '../soql/soql-query.js';
import type { Condition } from '../soql/where-clause.js';
import { readMembers } from './document-members.js';
import { type ConfiguredPath, resolveFields } from './field-resolution.js';

/** A configured query whose names were all found in the live describes. */
export class QueryPlan {
  private constructor(
    readonly objectType: string,
    private readonly fields: readonly string[],
    private readonly resolved: ReadonlyMap<string, ResolvedField>,
    private readonly usesDocument: boolean,
  ) {}

  /** Checks every name of the configuration; asks the service for describes only. */
  static async make(
    describe: SObjectDescribe,
    describes: DescribeCache,
    context: ExecutionContext<QueryProperties>,
  ): Promise<QueryPlan> {
    const { properties } = context;
    const isBulk = asksForBulk({ ...properties });
    const readable = isBulk ? describe.fields.filter((field) => !isCompound(field)) : describe.fields;
    const fields = properties.fields ?? readable.map(({ name }) => name);
    const paths: ConfiguredPath[] = [
      ...fields.map((path, index) => ({ path, pointer: `/fields/${index}` })),
      ...pathsOfFilter(properties.filter, '/filter'),
      ...(properties.sort ?? []).map(({ field }, index) => ({ path: field, pointer: `/sort/${index}/field` })),
    ];
    const resolved = await resolveFields(describe, paths, describes, context);
    for (const [index, path] of isBulk ? fields.entries() : []) {
      const field = resolved.get(path);
      if (field !== undefined && isCompound(field)) refuseBulkCompound(field.type, path, `/fields/${index}`);
    }
    return new QueryPlan(
      describe.name,
      fields,
      resolved,
      JSON.stringify(properties.filter ?? {}).includes('"$property"'),
    );
  }

  /** The statement for one document. */
  async soqlFor(document: Document<QueryProperties>, context: CallContext): Promise<string> {
    const { properties } = document;
    const property = this.usesDocument ? await readMembers(document, context) : () => undefined;
    const { filter, sort, limit } = properties;
    return buildSoql(
      { objectType: this.objectType, fields: this.fields, filter, sort, limit },
      { property, resolve: (path) => this.fieldAt(path) },
    );
  }

  private fieldAt(path: string): ResolvedField {
    const field = this.resolved.get(path);
    if (field === undefined) throw new TypeError(`${path} was not resolved`);
    return field;
  }
}

function pathsOfFilter(filter: Condition | undefined, pointer: string): readonly ConfiguredPath[] {
  if (filter === undefined) return [];
  if ('and' in filter) return filter.and.flatMap((term, index) => pathsOfFilter(term, `${pointer}/and/${index}`));
  if ('or' in filter) return filter.or.flatMap((term, index) => pathsOfFilter(term, `${pointer}/or/${index}`));
  return [{ path: filter.field, pointer: `${pointer}/field` }];
}
