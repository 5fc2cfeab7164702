import type { CallContext } from '@connector-runtime/core';
import type { DescribeCache } from '../describe/describe-cache.js';
import { asParents, type FieldDescribe, lookupTargets, type SObjectDescribe } from '../describe/sobject-describe.js';
import { suggestion } from '../describe/suggestion.js';
import { parseFieldPath, type ResolvedField } from '../soql/field-path.js';
import { configError } from '../transport/refusals.js';

/** A path and where it stands in the configuration, as a JSON pointer. */
export interface ConfiguredPath {
  readonly path: string;
  readonly pointer: string;
}

/** Finds each path in the live describes of the object types that it goes over. What cannot be found is a `config` error naming the nearest known name. */
export async function resolveFields(
  root: SObjectDescribe,
  paths: readonly ConfiguredPath[],
  describes: DescribeCache,
  context: CallContext,
): Promise<ReadonlyMap<string, ResolvedField>> {
  const resolved = new Map<string, ResolvedField>();
  for (const { path, pointer } of paths) {
    if (!resolved.has(path)) resolved.set(path, await resolveField(root, path, pointer, describes, context));
  }
  return resolved;
}

async function resolveField(
  root: SObjectDescribe,
  path: string,
  pointer: string,
  describes: DescribeCache,
  context: CallContext,
): Promise<ResolvedField> {
  const steps = parseFieldPath(path, pointer);
  const children: string[] = [];
  let holder = root;
  for (const child of steps.children) {
    const relationship = holder.children.find(({ relationshipName }) => isSame(relationshipName, child));
    if (relationship === undefined) {
      const known = holder.children.map(({ relationshipName }) => relationshipName);
      throw unknown('child relationship', child, path, holder, known, pointer);
    }
    children.push(relationship.relationshipName);
    holder = await describes.describe(relationship.childSObject, context);
  }
  const names: string[] = [];
  let holders: readonly SObjectDescribe[] = [holder];
  for (const parent of steps.parents) {
    const lookup = holders.flatMap(({ fields }) => fields).find((field) => isSame(field.relationshipName, parent));
    if (lookup === undefined) {
      const known = holders.flatMap(({ fields }) => fields.map((field) => field.relationshipName)).filter(Boolean);
      const child = holder.children.find(({ relationshipName }) => isSame(relationshipName, parent));
      if (child !== undefined && names.length === 0 && children.length === 0)
        throw childWithoutRecords(path, child.relationshipName, pointer);
      throw unknown('parent relationship', parent, path, holders[0] ?? holder, known, pointer);
    }
    names.push(lookup.relationshipName);
    const targets = lookupTargets(holders, parent);
    holders = asParents(await describes.describeVisible(targets, context), targets);
  }
  const field = fieldIn(holders, steps.field);
  if (field === undefined) {
    const known = holders.flatMap(({ fields }) => fields.map(({ name }) => name));
    throw unknown('field', steps.field, path, holders[0] ?? holder, known, pointer);
  }
  const { name, type, filterable, sortable } = field;
  return { children, name: [...names, name].join('.'), type, filterable, sortable };
}

function fieldIn(holders: readonly SObjectDescribe[], name: string): FieldDescribe | undefined {
  for (const { fields } of holders) {
    const field = fields.find((candidate) => isSame(candidate.name, name));
    if (field !== undefined) return field;
  }
  return undefined;
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function unknown(
  kind: string,
  name: string,
  path: string,
  holder: SObjectDescribe,
  known: readonly string[],
  pointer: string,
): Error {
  const within = path === name ? '' : ` (in ${path})`;
  const hint = name.includes('.') ? `; parts of a path stand with / between: ${name.replaceAll('.', '/')}` : '';
  return configError(
    'FIELD_UNKNOWN',
    `${name}${within} is no ${kind} of ${holder.name}${hint || suggestion(name, known)}`,
    pointer,
  );
}

function childWithoutRecords(path: string, relationship: string, pointer: string): Error {
  const right = [relationship, 'records', ...path.split('/').slice(1)].join('/');
  return configError('FIELD_UNKNOWN', `${path}: ${relationship} are child records; did you mean ${right}?`, pointer);
}
