import { type CallContext, ConnectorError, type Field } from '@connector-runtime/core';
import type { DescribeCache } from '../describe/describe-cache.js';
import {
  asParents,
  type ChildRelationship,
  type FieldDescribe,
  lookupTargets,
  type SObjectDescribe,
} from '../describe/sobject-describe.js';
import { suggestion } from '../describe/suggestion.js';
import { isRequired, type WriteOperation, writableFields } from './field-elements.js';

const RECORDS = 'records';

/** One level of fields under a path, with the steps that lead further: the same steps that `fields` of a query is written in. */
export async function fieldsAt(
  query: { readonly operation: string; readonly objectType: string; readonly path: readonly string[] },
  describes: DescribeCache,
  context: CallContext,
): Promise<readonly Field[]> {
  const { operation, path } = query;
  let holders: readonly SObjectDescribe[] = [await describes.describe(query.objectType, context)];
  let mayHaveChildren = operation === 'query' || operation === 'createTree';
  for (let at = 0; at < path.length; at += 1) {
    const step = path[at] ?? '';
    const child = mayHaveChildren ? childNamed(holders, step) : undefined;
    if (child === undefined) {
      const targets = targetsNamed(holders, step);
      holders = asParents(await describes.describeVisible(targets, context), targets);
      mayHaveChildren = false;
      continue;
    }
    if (at + 1 === path.length) return [furtherStep(RECORDS, child.childSObject)];
    if (path[at + 1] !== RECORDS) throw unknownStep(path[at + 1] ?? '', [RECORDS]);
    at += 1;
    holders = await describes.describeVisible([child.childSObject], context);
  }
  if (operation === 'query') return readableLevel(holders, mayHaveChildren);
  if (operation === 'createTree')
    return mayHaveChildren ? [...writableLevel(holders, 'create'), ...childSteps(holders)] : keyLevel(holders);
  return path.length === 0 ? writableLevel(holders, operation as WriteOperation) : keyLevel(holders);
}

function readableLevel(holders: readonly SObjectDescribe[], mayHaveChildren: boolean): readonly Field[] {
  const level = new Map<string, Field>();
  for (const { fields } of holders) for (const field of fields) level.set(field.name, shown(field, false));
  for (const { fields } of holders) {
    for (const { relationshipName } of fields) {
      if (relationshipName === '') continue;
      level.set(relationshipName, furtherStep(relationshipName, lookupTargets(holders, relationshipName).join(', ')));
    }
  }
  if (mayHaveChildren) for (const step of childSteps(holders)) level.set(step.name, step);
  return [...level.values()];
}

function childSteps(holders: readonly SObjectDescribe[]): readonly Field[] {
  return holders.flatMap(({ children }) =>
    children.map(({ relationshipName, childSObject }) => furtherStep(relationshipName, childSObject)),
  );
}

function writableLevel(holders: readonly SObjectDescribe[], operation: WriteOperation): readonly Field[] {
  const fields = holders.flatMap((holder) => writableFields(holder, operation));
  const keys = fields.filter(({ type, relationshipName }) => type === 'reference' && relationshipName !== '');
  return [
    ...fields.map((field) => shown(field, isRequired(field, operation))),
    ...keys.map(({ relationshipName, referenceTo }) => furtherStep(relationshipName, referenceTo.join(', '))),
  ];
}

/** Under a lookup of a record that is written: what can name the parent. */
function keyLevel(holders: readonly SObjectDescribe[]): readonly Field[] {
  const keys = holders.flatMap(({ fields }) =>
    fields.filter(({ externalId, idLookup, type }) => externalId || (idLookup && type !== 'id')),
  );
  return [...new Map(keys.map((field) => [field.name, shown(field, false)])).values()];
}

function shown(field: FieldDescribe, required: boolean): Field {
  const { name, label, type, custom } = field;
  const can: Field['can'][number][] = ['read'];
  if (field.createable) can.push('create');
  if (field.updateable) can.push('update');
  if (field.filterable) can.push('filter');
  if (field.sortable) can.push('sort');
  if (field.externalId || field.idLookup || type === 'id') can.push('key');
  return { name, label, type, custom, required, can, hasFields: false };
}

/** A step that leads to a further level. */
function furtherStep(name: string, objectTypes: string): Field {
  return {
    name,
    label: objectTypes,
    type: objectTypes,
    custom: /__r$/.test(name),
    required: false,
    can: ['read'],
    hasFields: true,
  };
}

function childNamed(holders: readonly SObjectDescribe[], name: string): ChildRelationship | undefined {
  return holders
    .flatMap(({ children }) => children)
    .find(({ relationshipName }) => relationshipName.toLowerCase() === name.toLowerCase());
}

function targetsNamed(holders: readonly SObjectDescribe[], name: string): readonly string[] {
  const targets = lookupTargets(holders, name);
  if (targets.length > 0) return targets;
  const known = holders.flatMap(({ fields }) => fields.map(({ relationshipName }) => relationshipName));
  throw unknownStep(name, known.filter(Boolean));
}

function unknownStep(name: string, known: readonly string[]): ConnectorError {
  return new ConnectorError({
    category: 'notFound',
    code: 'FIELD_UNKNOWN',
    message: `${name} leads to no further fields${suggestion(name, known)}`,
    effect: 'none',
    retryable: false,
  });
}
