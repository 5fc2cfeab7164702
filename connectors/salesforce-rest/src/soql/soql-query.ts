import type { ResolvedField } from './field-path.js';
import { refuseSoql } from './soql-refusal.js';
import { buildConditions, type Condition, type ConditionContext, type ConditionsByTarget } from './where-clause.js';

/** What a query asks for, as configured. */
export interface SoqlRequest {
  /** In the service's own spelling. */
  readonly objectType: string;
  readonly fields: readonly string[];
  readonly filter?: Condition | undefined;
  readonly sort?: readonly { readonly field: string; readonly direction: SortDirection }[] | undefined;
  readonly limit?: number | undefined;
}

/** The records of one level: the object itself, or a list of child records in it. */
interface Level {
  readonly fields: string[];
  readonly children: Map<string, Level>;
}

const DIRECTIONS = {
  asc_nulls_first: 'ASC NULLS FIRST',
  asc_nulls_last: 'ASC NULLS LAST',
  desc_nulls_first: 'DESC NULLS FIRST',
  desc_nulls_last: 'DESC NULLS LAST',
} as const;

export type SortDirection = keyof typeof DIRECTIONS;

/**
 * The SOQL statement: fields first, then one sub-select per child relationship, both in the order first seen.
 * Names come from the describes and values are typed literals, so nothing in the configuration or a document can change the statement's form.
 */
export function buildSoql(request: SoqlRequest, context: ConditionContext): string {
  const conditions = buildConditions(request.filter, context);
  const top = levelsOf(request.fields, context);
  for (const target of conditions.keys()) {
    if (target !== '' && levelAt(top, target) === undefined) {
      refuseSoql(
        'FILTER_WITHOUT_FIELD',
        `the filter has a condition on ${target}, of which no field is selected`,
        '/filter',
      );
    }
  }
  const limit = request.limit === undefined ? '' : ` LIMIT ${request.limit}`;
  return `${selectText(top, request.objectType, '', conditions)}${orderText(request.sort, context)}${limit}`;
}

function levelsOf(fields: readonly string[], context: ConditionContext): Level {
  const top: Level = { fields: [], children: new Map() };
  for (const path of fields) {
    const field = context.resolve(path);
    let level = top;
    for (const child of field.children) {
      const known = level.children.get(child) ?? { fields: [], children: new Map<string, Level>() };
      level.children.set(child, known);
      level = known;
    }
    if (!level.fields.includes(field.name)) level.fields.push(field.name);
  }
  return top;
}

function levelAt(top: Level, target: string): Level | undefined {
  return target.split('/').reduce<Level | undefined>((level, child) => level?.children.get(child), top);
}

function selectText(level: Level, from: string, target: string, conditions: ConditionsByTarget): string {
  const subSelects = [...level.children].map(
    ([child, below]) => `(${selectText(below, child, target === '' ? child : `${target}/${child}`, conditions)})`,
  );
  const where = conditions.get(target);
  return `SELECT ${[...level.fields, ...subSelects].join(',')} FROM ${from}${where === undefined ? '' : ` WHERE ${where}`}`;
}

function orderText(sort: SoqlRequest['sort'], context: ConditionContext): string {
  if (sort === undefined || sort.length === 0) return '';
  const terms = sort.map(({ field: path, direction }, index) => {
    const field: ResolvedField = context.resolve(path);
    if (field.children.length > 0) {
      refuseSoql(
        'SORT_ON_CHILD',
        `${path} belongs to child records; only the object itself can be sorted`,
        `/sort/${index}/field`,
      );
    }
    if (!field.sortable) {
      refuseSoql('FIELD_NOT_SORTABLE', `${path} (${field.type}) cannot be sorted by`, `/sort/${index}/field`);
    }
    return `${field.name} ${DIRECTIONS[direction]}`;
  });
  return ` ORDER BY ${terms.join(', ')}`;
}
