import type { InputField } from '../formats/record-input.js';
import { refusal, type ServiceError } from '../service-error.js';
import { isDay, parseDatetime, timeOfDay } from '../soql/literals.js';
import { isNumeric, lengthOf } from './describe.js';
import { canonicalId } from './ids.js';
import type { Field } from './object-type.js';
import type { Value } from './values.js';

type Plain = string | number | boolean;

const EMAIL = /^[^\s@<>()[\]",;:\\]+@[^\s@.<>()[\]",;:\\]+(?:\.[^\s@.<>()[\]",;:\\]+)+$/;
const INT_LIMIT = 2_147_483_647;

/**
 * What a value of a request body becomes in a field: texts are coerced to the field's type, trailing blanks cut, empty text is null,
 * doubles rounded to their scale, ids brought to 18 characters. Throws the service's error for a value that the field cannot hold.
 */
export function incomingValue(field: Field, value: Plain | null, format: 'json' | 'xml'): Value {
  if (value === null || (typeof value === 'string' && value.trim() === ''))
    return field.type === 'boolean' ? false : null;
  switch (field.type) {
    case 'boolean':
      return booleanOf(value, format) ?? wrongType(field, value, format);
    case 'int':
      return intOf(field, value, format);
    case 'double':
    case 'currency':
    case 'percent':
      return decimalOf(field, value, format);
    case 'date':
      return dateOf(String(value), format) ?? wrongType(field, value, format);
    case 'datetime':
      return datetimeOf(String(value)) ?? wrongType(field, value, format);
    case 'time':
      return /^\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/.test(String(value))
        ? timeOfDay(String(value))
        : wrongType(field, value, format);
    case 'id':
    case 'reference':
      return canonicalId(String(value)) ?? wrongId(field, String(value));
    default:
      return textOf(field, String(value).trimEnd());
  }
}

/** The refusal of an id that cannot stand in a field. */
export function wrongId(field: Field, value: string): never {
  throw refusal(400, 'MALFORMED_ID', `${field.label}: id value of incorrect type: ${value}`, [field.name]);
}

/** The refusal of an object where a plain value belongs. */
export function notPlain(field: Field, _value: InputField[]): ServiceError {
  return refusal(
    400,
    'JSON_PARSER_ERROR',
    `Cannot deserialize instance of ${field.type} from START_OBJECT value { or request may be missing a required field at [line:1, column:1]`,
  );
}

function wrongType(field: Field, value: Plain, format: 'json' | 'xml'): never {
  if (format === 'xml')
    throw refusal(400, 'XML_PARSER_ERROR', `'${value}' is not a valid value for the type xsd:${xsdName(field)}`, [
      field.name,
    ]);
  const token =
    typeof value === 'string'
      ? 'VALUE_STRING'
      : typeof value === 'boolean'
        ? `VALUE_${String(value).toUpperCase()}`
        : Number.isInteger(value)
          ? 'VALUE_NUMBER_INT'
          : 'VALUE_NUMBER_FLOAT';
  const text = `Cannot deserialize instance of ${field.type} from ${token} value ${value} or request may be missing a required field at [line:1, column:1]`;
  throw refusal(400, 'JSON_PARSER_ERROR', text);
}

const xsdName = (field: Field): string =>
  isNumeric(field) ? 'double' : field.type === 'datetime' ? 'dateTime' : field.type;

/** A text of 1 or 0 is a boolean in XML only. */
function booleanOf(value: Plain, format: 'json' | 'xml'): boolean | undefined {
  const text = String(value).trim().toLowerCase();
  if (format === 'json' && typeof value === 'string' && !/^(?:true|false)$/.test(text)) return undefined;
  return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : undefined;
}

function numberOf(value: Plain): number | undefined {
  const text = String(value).trim();
  const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function intOf(field: Field, value: Plain, format: 'json' | 'xml'): number {
  const number = numberOf(value);
  if (number === undefined || !Number.isInteger(number)) return wrongType(field, value, format);
  if (Math.abs(number) > INT_LIMIT) throw outOfRange(field, value);
  return number;
}

function decimalOf(field: Field, value: Plain, format: 'json' | 'xml'): number {
  const number = numberOf(value) ?? wrongType(field, value, format);
  const { precision = 18, scale = 0 } = field;
  if (Math.abs(number) >= 10 ** (precision - scale)) throw outOfRange(field, value);
  return Number(number.toFixed(Math.min(scale, 15)));
}

const outOfRange = (field: Field, value: Plain): ServiceError =>
  refusal(
    400,
    'NUMBER_OUTSIDE_VALID_RANGE',
    `${field.label}: value outside of valid range on numeric field: ${value}`,
    [field.name],
  );

/** A moment stands for its day in XML only. */
function dateOf(text: string, format: 'json' | 'xml'): string | undefined {
  const day = text.trim().slice(0, 10);
  const isWhole = text.trim().length === 10 || (format === 'xml' && parseDatetime(text.trim()) !== undefined);
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && isDay(day) && isWhole ? day : undefined;
}

function datetimeOf(text: string): number | undefined {
  const moment = text.trim();
  return parseDatetime(/^\d{4}-\d{2}-\d{2}$/.test(moment) ? `${moment}T00:00:00Z` : moment);
}

function textOf(field: Field, text: string): string {
  const most = lengthOf(field);
  if (text.length > most)
    throw refusal(400, 'STRING_TOO_LONG', `${field.label}: data value too large: ${text} (max length=${most})`, [
      field.name,
    ]);
  if (field.type === 'email' && !EMAIL.test(text))
    throw refusal(400, 'INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${text}`, [field.name]);
  if (field.restricted === true) {
    const chosen = field.type === 'multipicklist' ? text.split(';') : [text];
    if (chosen.some((one) => field.values?.includes(one) !== true)) {
      throw refusal(
        400,
        'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
        `${field.label}: bad value for restricted picklist field: ${text}`,
        [field.name],
      );
    }
  }
  return text;
}
