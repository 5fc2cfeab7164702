import type { ResolvedField } from './field-path.js';
import { formatLikeLiteral, formatLiteral, isUnquoted, type Literal, type LiteralPlace } from './soql-literal.js';
import { refuseSoql } from './soql-refusal.js';

/** A value as configured: a literal, or the name of a member of the input document. */
export type Operand = Literal | { readonly $property: string };

/** A filter as configured. */
export type Condition = { readonly and: readonly Condition[] } | { readonly or: readonly Condition[] } | Comparison;

export interface Comparison {
  readonly field: string;
  readonly operator: string;
  readonly value: Operand | readonly Operand[];
  readonly escapeWildcards?: boolean;
}

/** What a filter needs to know to become text. */
export interface ConditionContext {
  /** The field that a path was found to be. */
  resolve(path: string): ResolvedField;
  /** A member of the input document; `undefined` where it has none of that name. */
  property(name: string): Literal | readonly Literal[] | undefined;
}

/** SOQL text of the conditions by where they go: '' is the object itself, `Contacts` or `Contacts/Cases` the list of those child records. */
export type ConditionsByTarget = ReadonlyMap<string, string>;

const SIMPLE = {
  EQUALS: '=',
  NOT_EQUALS: '!=',
  GREATER_THAN: '>',
  GREATER_THAN_OR_EQUALS: '>=',
  LESS_THAN: '<',
  LESS_THAN_OR_EQUALS: '<=',
  LIKE: 'like',
} as const;
const LISTS = {
  IN_LIST: 'in',
  NOT_IN_LIST: 'not in',
  INCLUDES_LIST: 'includes',
  EXCLUDES_LIST: 'excludes',
} as const;

/** What a term of a filter compares by, as configured. */
export type Operator = keyof typeof SIMPLE | keyof typeof LISTS;

const FOR_NULL = new Set(['EQUALS', 'NOT_EQUALS']);

/** A term's text and the only target that it may go to. */
interface Placed {
  readonly target: string;
  readonly text: string;
}

/**
 * Writes a filter as SOQL. Terms on child records go into their sub-select; so an `or`, and what stands inside it, must stay with one target.
 * Groups keep their brackets, also round a single term; empty groups vanish. Throws `config` errors that point at the term.
 */
export function buildConditions(filter: Condition | undefined, context: ConditionContext): ConditionsByTarget {
  const byTarget = new Map<string, string>();
  if (filter === undefined) return byTarget;
  for (const { target, text } of placedTerms(filter, '/filter', context)) byTarget.set(target, text);
  return byTarget;
}

/** One text per target. */
function placedTerms(condition: Condition, pointer: string, context: ConditionContext): readonly Placed[] {
  if ('and' in condition) return group(condition.and, `${pointer}/and`, ' AND ', context);
  if (!('or' in condition)) return [comparison(condition, pointer, context)];
  const placed = group(condition.or, `${pointer}/or`, ' OR ', context);
  if (placed.length > 1) {
    const targets = placed.map(({ target }) => (target === '' ? 'the object itself' : `its ${target}`)).join(' and ');
    refuseSoql(
      'FILTER_MIXES_TARGETS',
      `"or" joins conditions on ${targets}; SOQL cannot express that`,
      `${pointer}/or`,
    );
  }
  return placed;
}

function group(
  terms: readonly Condition[],
  pointer: string,
  joint: string,
  context: ConditionContext,
): readonly Placed[] {
  const byTarget = new Map<string, string[]>();
  terms.forEach((term, index) => {
    for (const { target, text } of placedTerms(term, `${pointer}/${index}`, context)) {
      byTarget.set(target, [...(byTarget.get(target) ?? []), text]);
    }
  });
  return [...byTarget].map(([target, texts]) => ({ target, text: `(${texts.join(joint)})` }));
}

function comparison(term: Comparison, pointer: string, context: ConditionContext): Placed {
  const field = context.resolve(term.field);
  if (!field.filterable) {
    refuseSoql('FIELD_NOT_FILTERABLE', `${term.field} (${field.type}) cannot be filtered by`, `${pointer}/field`);
  }
  const target = field.children.join('/');
  const list = wordFor(LISTS, term.operator);
  if (list !== undefined) return { target, text: `${field.name} ${list} (${listText(term, field, pointer, context)})` };
  const operator = wordFor(SIMPLE, term.operator);
  if (operator === undefined) {
    const known = [...Object.keys(SIMPLE), ...Object.keys(LISTS)].join(', ');
    refuseSoql('OPERATOR_UNKNOWN', `${term.operator} is no operator; known are ${known}`, `${pointer}/operator`);
  }
  return { target, text: `${field.name} ${operator} ${valueText(term, field, pointer, context)}` };
}

function wordFor(words: Readonly<Record<string, string>>, operator: string): string | undefined {
  return words[operator];
}

function valueText(term: Comparison, field: ResolvedField, pointer: string, context: ConditionContext): string {
  const { operand: value, place } = operandOf(term, field, pointer, context);
  if (isList(value)) {
    refuseSoql(
      'FILTER_VALUE_INVALID',
      `${term.operator} takes one value, not a list`,
      place.pointer,
      categoryOf(place),
    );
  }
  if (value === null && !FOR_NULL.has(term.operator)) {
    refuseSoql(
      'FILTER_VALUE_INVALID',
      `null can only be compared by EQUALS and NOT_EQUALS, not by ${term.operator}`,
      place.pointer,
      categoryOf(place),
    );
  }
  if (term.operator !== 'LIKE') return formatLiteral(value, place);
  if (isUnquoted(field.type)) {
    refuseSoql('OPERATOR_UNSUITABLE', `LIKE is for text, and ${term.field} is ${field.type}`, `${pointer}/operator`);
  }
  return formatLikeLiteral(String(value), term.escapeWildcards === true, place);
}

function listText(term: Comparison, field: ResolvedField, pointer: string, context: ConditionContext): string {
  if (/^(?:INCLUDES|EXCLUDES)_LIST$/.test(term.operator) && field.type !== 'multipicklist') {
    refuseSoql(
      'OPERATOR_UNSUITABLE',
      `${term.operator} is for multi-select picklists, and ${term.field} is ${field.type}`,
      `${pointer}/operator`,
    );
  }
  const { operand, place } = operandOf(term, field, pointer, context);
  const values = isList(operand)
    ? operand
    : typeof operand === 'string'
      ? operand.split(',').map((part) => part.trim())
      : [operand];
  if (values.length === 0 || values.includes(null)) {
    const fault = values.length === 0 ? 'an empty list' : 'null';
    refuseSoql(
      'FILTER_VALUE_INVALID',
      `${term.operator} on ${term.field} cannot take ${fault}`,
      place.pointer,
      categoryOf(place),
    );
  }
  return values.map((value) => formatLiteral(value, place)).join(',');
}

/** The value or values of a term, with those of the document put in. */
function operandOf(
  term: Comparison,
  field: ResolvedField,
  pointer: string,
  context: ConditionContext,
): { operand: Literal | readonly Literal[]; place: LiteralPlace } {
  let isOfDocument = false;
  const filled = (operand: Operand): Literal | readonly Literal[] => {
    if (typeof operand !== 'object' || operand === null) return operand;
    isOfDocument = true;
    const value = context.property(operand.$property);
    if (value === undefined) {
      refuseSoql(
        'FILTER_VALUE_MISSING',
        `the input document has no member ${operand.$property}, with which the filter compares ${term.field}`,
        `${pointer}/value`,
        'validation',
      );
    }
    return value;
  };
  const operand = isList(term.value) ? term.value.flatMap(filled) : filled(term.value);
  return { operand, place: { field: term.field, type: field.type, pointer: `${pointer}/value`, isOfDocument } };
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function categoryOf(place: LiteralPlace): 'config' | 'validation' {
  return place.isOfDocument ? 'validation' : 'config';
}
