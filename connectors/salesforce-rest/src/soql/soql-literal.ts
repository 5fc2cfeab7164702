import { refuseSoql } from './soql-refusal.js';

/** A value of a filter, after `$property` was replaced. */
export type Literal = string | number | boolean | null;

/** Where a value stands, for messages. */
export interface LiteralPlace {
  /** Path of the field, as configured. */
  readonly field: string;
  /** The service's type of the field. */
  readonly type: string;
  /** JSON pointer to the value. */
  readonly pointer: string;
  /** Does it come from a document? */
  readonly isOfDocument: boolean;
}

const INTEGER = /^[+-]?\d{1,20}$/;
const DECIMAL = /^[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})$/;
const CURRENCY = /^[A-Z]{3}\d{1,30}(?:\.\d{1,30})?$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATETIME =
  /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

const FIXED_DATE_LITERAL =
  /^(?:YESTERDAY|TODAY|TOMORROW|(?:LAST|NEXT)_90_DAYS|(?:LAST|THIS|NEXT)_(?:WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR))$/;
const COUNTED_DATE_LITERAL =
  /^(?:(?:LAST|NEXT)_N_(?:DAYS|WEEKS|MONTHS|QUARTERS|YEARS|FISCAL_QUARTERS|FISCAL_YEARS)|N_(?:DAYS|WEEKS|MONTHS|QUARTERS|YEARS|FISCAL_QUARTERS|FISCAL_YEARS)_AGO):\d{1,6}$/;

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

const UNQUOTED = new Set(['boolean', 'int', 'long', 'double', 'currency', 'percent', 'date', 'datetime', 'time']);

/** Is a value of this type written without quotes? */
export function isUnquoted(type: string): boolean {
  return UNQUOTED.has(type);
}

/** The value as SOQL writes it for a field of that type. Its form is checked: it can never be more than one literal. Source: SOQL and SOSL Reference, "Comparison Operators", "Date Formats and Date Literals". */
export function formatLiteral(value: Literal, place: LiteralPlace): string {
  if (value === null) return 'null';
  if (!isUnquoted(place.type)) return quoted(String(value), place);
  const text = String(value).trim();
  if (place.type === 'boolean') {
    if (!/^(?:true|false)$/i.test(text)) refuse(value, place, 'true or false');
    return text.toUpperCase();
  }
  const plain = text.toUpperCase();
  switch (place.type) {
    case 'int':
    case 'long':
      if (!INTEGER.test(text)) refuse(value, place, 'a whole number');
      return text;
    case 'double':
    case 'percent':
      if (!DECIMAL.test(text)) refuse(value, place, 'a number');
      return text;
    case 'currency':
      if (!DECIMAL.test(text) && !CURRENCY.test(text))
        refuse(value, place, 'a number, or one with a currency code before it (USD5000)');
      return text;
    case 'time':
      if (!TIME.test(text)) refuse(value, place, 'a time such as 14:30:00.000Z');
      return text;
    default:
      if (FIXED_DATE_LITERAL.test(plain) || COUNTED_DATE_LITERAL.test(plain)) return plain;
      return place.type === 'date' ? dateText(text, value, place) : datetimeText(text, value, place);
  }
}

/** Escapes what LIKE takes for wildcards. To be applied before {@link formatLiteral} would be wrong: a backslash is escaped there. */
export function formatLikeLiteral(value: string, escapeWildcards: boolean, place: LiteralPlace): string {
  const literal = quoted(value, place);
  return escapeWildcards ? literal.replace(/[%_]/g, '\\$&') : literal;
}

function dateText(text: string, value: Literal, place: LiteralPlace): string {
  if (!isDay(text)) refuse(value, place, 'a date such as 2024-01-31, or a date literal such as LAST_N_DAYS:7');
  return text;
}

function datetimeText(text: string, value: Literal, place: LiteralPlace): string {
  const day = DATETIME.exec(text)?.[1];
  if (day === undefined || !isDay(day)) {
    refuse(value, place, 'a date and time with a zone such as 2024-01-31T10:00:00Z, or a date literal such as TODAY');
  }
  return text;
}

function isDay(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return Number(year) >= 1000 && date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function quoted(text: string, place: LiteralPlace): string {
  if (/\p{Surrogate}/u.test(text)) refuse(text, place, 'text without half surrogate pairs');
  return `'${text.replace(/[\\'"\p{Cc}\u2028\u2029]/gu, escapeCharacter)}'`;
}

function escapeCharacter(character: string): string {
  return ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function refuse(value: Literal, place: LiteralPlace, rule: string): never {
  const shown = JSON.stringify(value).slice(0, 80);
  refuseSoql(
    'FILTER_VALUE_INVALID',
    `the filter compares ${place.field} (${place.type}) with ${shown}, which is not ${rule}`,
    place.pointer,
    place.isOfDocument ? 'validation' : 'config',
  );
}
