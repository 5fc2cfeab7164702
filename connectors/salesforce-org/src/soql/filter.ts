import { isFilterable } from '../store/describe.js';
import { canonicalId } from '../store/ids.js';
import type { Field } from '../store/object-type.js';
import type { Value } from '../store/values.js';
import { dateRange } from './date-ranges.js';
import { bindTerm } from './functions.js';
import type { Comparison, Condition, Literal, SemiJoin } from './query.js';
import { malformedQuery, queryError } from './query-error.js';
import type { Scope } from './scope.js';

/** Tells whether a record passes. */
export type Filter = (position: number) => boolean;

export type Test = (value: Value) => boolean;

/** What a comparison compares by: numbers and booleans as they are, text folded to lower case, ids in 18 characters. */
type Key = string | number | boolean | null;

const LITERAL_KINDS: Readonly<Record<string, Literal['kind']>> = {
  boolean: 'boolean',
  int: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'datetime',
  time: 'time',
};

/** Binds a semi-join in the scope of the statement around it. */
export type BindSemiJoin = (scope: Scope, join: SemiJoin) => Filter;

/** Makes a condition into a test of records; names, types and operators are checked here. */
export function bindCondition(scope: Scope, condition: Condition, nowMs: number, bindSemiJoin: BindSemiJoin): Filter {
  switch (condition.kind) {
    case 'and': {
      const terms = condition.terms.map((term) => bindCondition(scope, term, nowMs, bindSemiJoin));
      return (position) => terms.every((term) => term(position));
    }
    case 'or': {
      const terms = condition.terms.map((term) => bindCondition(scope, term, nowMs, bindSemiJoin));
      return (position) => terms.some((term) => term(position));
    }
    case 'not': {
      const term = bindCondition(scope, condition.term, nowMs, bindSemiJoin);
      return (position) => !term(position);
    }
    case 'comparison': {
      const reader = bindTerm(scope, condition);
      const test = bindValues(scope.text, reader.field, condition, nowMs);
      return (position) => test(reader.read(position));
    }
    case 'semiJoin':
      return bindSemiJoin(scope, condition);
  }
}

/** Folds a stored value to what comparisons and sorts compare by. */
export function keyOf(field: Field, value: Value): Key {
  if (typeof value === 'object') return null;
  return typeof value === 'string' && isFolded(field) ? value.toLowerCase() : value;
}

const isFolded = (field: Field): boolean =>
  field.caseSensitive !== true && !isId(field) && LITERAL_KINDS[field.type] === undefined;
const isId = (field: Field): boolean => field.type === 'id' || field.type === 'reference';

/** Tests values of a field; the comparison's own term is not looked at. */
export function bindValues(text: string, field: Field, comparison: Comparison, nowMs: number): Test {
  const { operator, values, at } = comparison;
  if (!isFilterable(field)) {
    throw queryError('INVALID_FIELD', text, at, `field '${field.name}' can not be filtered in a query call`);
  }
  checkOperator(text, field, comparison);
  const [first] = values;
  if (first === undefined) throw new TypeError('a comparison without a value');
  if (operator === 'like')
    return first.kind === 'string' ? likeTest(first.value, field) : nullTest(text, field, first, at);
  if (first.kind === 'range' && values.length === 1 && operator !== 'in' && operator !== 'not in')
    return rangeTest(text, field, first, operator, nowMs);
  const keys = values.map((literal) => literalKey(text, field, literal));
  const [key = null] = keys;
  const set = new Set(keys);
  const of = (value: Value): Key => keyOf(field, value);
  switch (operator) {
    case '=':
      return (value) => of(value) === key;
    case '!=':
      return (value) => of(value) !== key;
    case 'in':
      return (value) => set.has(of(value));
    case 'not in':
      return (value) => !set.has(of(value));
    case 'includes':
      return (value) => includesAny(of(value), keys);
    case 'excludes':
      return (value) => !includesAny(of(value), keys);
    case '<':
      return (value) => order(of(value), key, (sign) => sign < 0);
    case '<=':
      return (value) => order(of(value), key, (sign) => sign <= 0);
    case '>':
      return (value) => order(of(value), key, (sign) => sign > 0);
    case '>=':
      return (value) => order(of(value), key, (sign) => sign >= 0);
  }
}

function checkOperator(text: string, field: Field, { operator, at }: Comparison): void {
  const refuse = (message: string) => queryError('INVALID_QUERY_FILTER_OPERATOR', text, at, message);
  const isText = LITERAL_KINDS[field.type] === undefined && !isId(field);
  if (operator === 'includes' || operator === 'excludes') {
    if (field.type !== 'multipicklist')
      throw refuse(`${operator} is only for multi-select picklists, not for field '${field.name}'`);
  } else if (field.type === 'multipicklist' && !['=', '!=', 'in', 'not in'].includes(operator)) {
    throw refuse(`invalid operator on multipicklist field '${field.name}'`);
  }
  if (operator === 'like' && !isText) throw refuse(`invalid operator on ${isId(field) ? 'id' : field.type} field`);
  if (field.type === 'boolean' && ['<', '<=', '>', '>='].includes(operator))
    throw refuse('invalid operator on boolean field');
}

function literalKey(text: string, field: Field, literal: Literal): Key {
  if (literal.kind === 'null') return field.type === 'boolean' ? false : null;
  if (literal.kind === 'range') throw malformedQuery(text, literal.at, `${literal.name} cannot stand in a list`);
  const wanted = LITERAL_KINDS[field.type] ?? 'string';
  if (literal.kind !== wanted) throw typeMismatch(text, field, literal, wanted);
  if (literal.kind !== 'string') return literal.value;
  if (literal.value === '') return null;
  if (!isId(field)) return keyOf(field, literal.value);
  const id = canonicalId(literal.value);
  if (id === undefined) throw malformedQuery(text, literal.at, `invalid ID field: ${literal.value}`);
  return id;
}

function typeMismatch(text: string, field: Field, literal: Literal, wanted: string) {
  const type = field.type === 'datetime' ? 'dateTime' : wanted === 'string' ? 'string' : field.type;
  const quotes =
    wanted === 'string'
      ? ' and should be enclosed in quotes'
      : literal.kind === 'string'
        ? ' and should not be enclosed in quotes'
        : '';
  return queryError(
    'INVALID_FIELD',
    text,
    literal.at,
    `value of filter criterion for field '${field.name}' must be of type ${type}${quotes}`,
  );
}

function order(key: Key, limit: Key, accept: (sign: number) => boolean): boolean {
  if (key === null || limit === null || typeof key !== typeof limit) return false;
  return accept(key < limit ? -1 : key > limit ? 1 : 0);
}

function includesAny(key: Key, wanted: readonly Key[]): boolean {
  if (typeof key !== 'string') return false;
  const chosen = new Set(key.split(';'));
  return wanted.some((all) => typeof all === 'string' && all.split(';').every((one) => chosen.has(one)));
}

function nullTest(text: string, field: Field, literal: Literal, at: number): Test {
  if (literal.kind !== 'null') throw typeMismatch(text, field, { ...literal, at }, 'string');
  return (value) => value === null;
}

/** `%` any characters, `_` one, both plain after a backslash; the whole value, without regard to case. */
function likeTest(pattern: string, field: Field): Test {
  const source = pattern.replace(/\\([\s\S])|[%_]|[\s\S]/g, (sign, escaped?: string) => {
    if (escaped !== undefined) return plain(escaped);
    return sign === '%' ? '[^]*' : sign === '_' ? '[^]' : plain(sign);
  });
  const expression = new RegExp(`^${source}$`, field.caseSensitive === true ? 'u' : 'iu');
  return (value) => typeof value === 'string' && expression.test(value);
}

function rangeTest(
  text: string,
  field: Field,
  literal: Extract<Literal, { kind: 'range' }>,
  operator: string,
  nowMs: number,
): Test {
  if (field.type !== 'date' && field.type !== 'datetime')
    throw typeMismatch(text, field, literal, LITERAL_KINDS[field.type] ?? 'string');
  const { startMs, endMs } = dateRange(literal.name, literal.count ?? 0, nowMs);
  const isDate = field.type === 'date';
  const moment = (value: Value): number | null =>
    typeof value === 'string' ? Date.parse(`${value}T00:00:00Z`) : typeof value === 'number' ? value : null;
  const end = isDate && operator !== '<' ? Math.max(endMs, startMs + 1) : endMs;
  const within = (at: number): boolean => at >= startMs && at < end;
  const test: (at: number) => boolean =
    operator === '=' || operator === '!='
      ? within
      : operator === '<'
        ? (at) => at < startMs
        : operator === '<='
          ? (at) => at < end
          : operator === '>'
            ? (at) => at >= end
            : (at) => at >= startMs;
  return (value) => {
    const at = moment(value);
    return operator === '!=' ? at === null || !test(at) : at !== null && test(at);
  };
}

const plain = (sign: string): string => sign.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
