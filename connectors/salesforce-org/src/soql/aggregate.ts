import { refusal } from '../service-error.js';
import { isGroupable, isLongText, isNumeric } from '../store/describe.js';
import type { FieldType } from '../store/object-spec.js';
import type { Field } from '../store/object-type.js';
import type { RecordStore } from '../store/record-store.js';
import type { Value } from '../store/values.js';
import { bindQuery } from './bind.js';
import { bindValues, keyOf, type Test } from './filter.js';
import { aggregateField, bindTerm, isAggregate } from './functions.js';
import type { AggregateName, Condition, SelectItem, SoqlQuery, Term } from './query.js';
import { malformedQuery, queryError } from './query-error.js';
import type { FieldReader, Scope } from './scope.js';

/** Groups of one answer: there are no further pages. */
const MAX_ROWS = 2_000;

/** Rows that are no records: what was asked of each group. */
export interface AggregateRows {
  readonly columns: readonly { readonly name: string; readonly type: FieldType }[];
  readonly rows: readonly (readonly Value[])[];
}

/** One value of each group. */
interface GroupTerm {
  readonly field: Field;
  of(positions: readonly number[]): Value;
}

/** Does a statement ask for groups of records, or for one row about all of them? `SELECT COUNT()` alone does not. */
export function isAggregateQuery({ groupBy, having, select }: SoqlQuery): boolean {
  const items = select.filter((item) => item.kind === 'field');
  return groupBy.length > 0 || having !== undefined || items.some(({ fn }) => isAggregate(fn));
}

/**
 * Evaluates a statement with aggregates or GROUP BY.
 * Source: SOQL and SOSL Reference, "GROUP BY" and "Aggregate Functions".
 */
export function runAggregate(
  text: string,
  query: SoqlQuery,
  store: RecordStore,
  nowMs: number,
  includeDeleted: boolean,
): AggregateRows {
  const { count, groupBy, having, limit, offset = 0, select } = query;
  if (count) throw malformedQuery(text, 0, 'COUNT() cannot be used with GROUP BY; COUNT(fieldName) can');
  if (groupBy.length === 0 && having !== undefined) throw malformedQuery(text, 0, 'HAVING needs GROUP BY');
  const { limit: _, offset: __, having: ___, ...ungrouped } = query;
  const records = bindQuery(text, { ...ungrouped, select: [], groupBy: [], orderBy: [] }, store, nowMs);
  const { scope } = records;
  if (groupBy.length === 0 && limit !== undefined)
    throw malformedQuery(text, 0, 'Non-grouped query that uses overall aggregate functions cannot also use LIMIT');
  const keys = groupBy.map((term) => bindGroupKey(scope, term));
  const columns = bindColumns(scope, select, groupBy);
  const passes = having === undefined ? () => true : bindHaving(scope, having, groupBy, nowMs);
  const sorts = query.orderBy.map((item) => ({ ...item, term: bindGroupTerm(scope, item, groupBy) }));

  const positions = records.run(includeDeleted);
  const groups = groupsOf(positions, keys).filter((group) => passes(group));
  const sorted = sorts.length === 0 ? groups : groups.sort((a, b) => compared(sorts, a, b));
  const shown = sorted.slice(offset, limit === undefined ? undefined : offset + limit);
  if (shown.length > MAX_ROWS) {
    const message = 'Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch';
    throw refusal(400, 'EXCEEDED_ID_LIMIT', message);
  }
  return {
    columns: columns.map(({ name, term }) => ({ name, type: term.field.type })),
    rows: shown.map((group) => columns.map(({ term }) => term.of(group))),
  };
}

function bindGroupKey(scope: Scope, term: Term): FieldReader {
  const reader = bindTerm(scope, term);
  if (!isGroupable(reader.field)) {
    const message = `field '${reader.field.name}' can not be grouped in a query call`;
    throw queryError('INVALID_FIELD', scope.text, term.at, message);
  }
  return reader;
}

/** What has no alias is called by the last name of its path, functions `expr0`, `expr1`, … in their order. */
function bindColumns(scope: Scope, items: readonly SelectItem[], groupBy: readonly Term[]) {
  const seen = new Set<string>();
  let unnamed = 0;
  return items.map((item) => {
    if (item.kind !== 'field') {
      const what = item.kind === 'children' ? 'A sub-query' : 'The FIELDS function';
      throw malformedQuery(scope.text, item.at, `${what} cannot stand in an aggregate query`);
    }
    const term = bindGroupTerm(scope, item, groupBy);
    const name = item.alias ?? (item.fn === undefined ? term.field.name : `expr${unnamed++}`);
    if (seen.has(name.toLowerCase())) throw malformedQuery(scope.text, item.at, `duplicate alias: ${name}`);
    seen.add(name.toLowerCase());
    return { name, term };
  });
}

/** A term of a group: an aggregate, or what the groups are made by. */
function bindGroupTerm(scope: Scope, term: Term, groupBy: readonly Term[]): GroupTerm {
  if (isAggregate(term.fn)) return bindAggregate(scope, term, term.fn);
  const reader = bindTerm(scope, term);
  if (!groupBy.some((key) => isSame(scope, key, term)))
    throw malformedQuery(scope.text, term.at, `Field must be grouped or aggregated: ${term.path.join('.')}`);
  return { field: reader.field, of: ([first]) => (first === undefined ? null : reader.read(first)) };
}

function isSame(scope: Scope, a: Term, b: Term): boolean {
  const pathOf = ({ path, at }: Term) => scope.ownPath(path, at).join('.').toLowerCase();
  return a.fn === b.fn && pathOf(a) === pathOf(b);
}

function bindAggregate(scope: Scope, { path, at }: Term, fn: AggregateName): GroupTerm {
  const reader = scope.reader(path, at);
  const { field } = reader;
  const isNumber = isNumeric(field) || field.type === 'int';
  const fits = fn === 'SUM' || fn === 'AVG' ? isNumber : fn.startsWith('COUNT') || field.type !== 'boolean';
  if (!fits || isLongText(field) || ['address', 'multipicklist'].includes(field.type))
    throw malformedQuery(scope.text, at, `field ${field.name} does not support aggregate operator ${fn}`);
  const valuesOf = (positions: readonly number[]) =>
    positions.map((position) => reader.read(position)).filter((value) => value !== null);
  return { field: aggregateField(fn, field), of: (positions) => aggregated(fn, field, valuesOf(positions)) };
}

function aggregated(fn: AggregateName, field: Field, values: readonly Value[]): Value {
  switch (fn) {
    case 'COUNT':
      return values.length;
    case 'COUNT_DISTINCT':
      return new Set(values.map((value) => keyOf(field, value))).size;
    case 'SUM':
      return values.length === 0 ? null : sumOf(values);
    case 'AVG':
      return values.length === 0 ? null : sumOf(values) / values.length;
    case 'MIN':
    case 'MAX':
      return values.reduce<Value>((best, value) => {
        const [key, bestKey] = [keyOf(field, value), keyOf(field, best)];
        if (bestKey === null || key === null) return value;
        return (fn === 'MIN' ? key < bestKey : key > bestKey) ? value : best;
      }, null);
  }
}

/** Halves, thousandths and the like add up to what people expect, not to 0.30000000000000004. */
function sumOf(values: readonly Value[]): number {
  const sum = values.reduce<number>((total, value) => total + Number(value), 0);
  return Number(sum.toPrecision(15));
}

/** Groups in the order of their first record; without keys all records are one group, also where there are none. */
function groupsOf(
  positions: { readonly length: number; at(index: number): number | undefined },
  keys: readonly FieldReader[],
): number[][] {
  const groups = new Map<string, number[]>();
  if (keys.length === 0) groups.set('', []);
  for (let index = 0; index < positions.length; index += 1) {
    const position = positions.at(index);
    if (position === undefined) continue;
    const key = keys.length === 0 ? '' : JSON.stringify(keys.map((by) => keyOf(by.field, by.read(position))));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [position]);
    else group.push(position);
  }
  return [...groups.values()];
}

function bindHaving(
  scope: Scope,
  condition: Condition,
  groupBy: readonly Term[],
  nowMs: number,
): (group: readonly number[]) => boolean {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const terms = condition.terms.map((term) => bindHaving(scope, term, groupBy, nowMs));
      return condition.kind === 'and'
        ? (group) => terms.every((term) => term(group))
        : (group) => terms.some((term) => term(group));
    }
    case 'not': {
      const term = bindHaving(scope, condition.term, groupBy, nowMs);
      return (group) => !term(group);
    }
    case 'semiJoin':
      throw malformedQuery(scope.text, condition.at, 'A semi-join cannot stand in HAVING');
    case 'comparison': {
      const term = bindGroupTerm(scope, condition, groupBy);
      const test: Test = bindValues(scope.text, term.field, condition, nowMs);
      return (group) => test(term.of(group));
    }
  }
}

function compared(
  sorts: readonly { readonly term: GroupTerm; readonly descending: boolean; readonly nullsLast: boolean }[],
  a: readonly number[],
  b: readonly number[],
): number {
  for (const { term, descending, nullsLast } of sorts) {
    const [left, right] = [keyOf(term.field, term.of(a)), keyOf(term.field, term.of(b))];
    if (left === right) continue;
    if (left === null || right === null) return (left === null) === nullsLast ? 1 : -1;
    return left < right === descending ? 1 : -1;
  }
  return 0;
}
