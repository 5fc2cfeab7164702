import type { FieldType } from '../store/object-spec.js';
import type { Value } from '../store/values.js';
import { escapeXml } from './xml-text.js';

/** Writes the values of one field. */
export type WriteValue = (value: Value) => string;

const DAY_MS = 86_400_000;
const NOT_PLAIN_IN_JSON = /[^ !#-[\]-~\u00a0-\ud7ff]/;

let lastDay = Number.NaN;
let lastDate = '';

/** `2024-01-31T10:00:00.000`, as `Date` writes it; neighbouring records share their day. */
function isoMoment(atMs: number): string {
  const day = Math.floor(atMs / DAY_MS);
  if (day !== lastDay) {
    lastDay = day;
    lastDate = new Date(day * DAY_MS).toISOString().slice(0, -14);
  }
  const ms = atMs - day * DAY_MS;
  const two = (part: number): string => (part < 10 ? `0${part}` : String(part));
  const seconds = Math.floor(ms / 1000);
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${lastDate}T${clock}.${String(ms % 1000).padStart(3, '0')}`;
}

/** Doubles always show a fraction. */
function decimal(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}

const isDecimal = (type: FieldType): boolean => type === 'double' || type === 'currency' || type === 'percent';

/** Values as JSON has them; datetimes end in `+0000`. */
export function jsonValues(type: FieldType): WriteValue {
  const text = (value: Value): string =>
    typeof value === 'string' && !NOT_PLAIN_IN_JSON.test(value) ? `"${value}"` : JSON.stringify(value);
  if (type === 'datetime') return (value) => (typeof value === 'number' ? `"${isoMoment(value)}+0000"` : text(value));
  if (isDecimal(type)) return (value) => (typeof value === 'number' ? decimal(value) : text(value));
  return text;
}

/** The content of XML elements, for values that are not null; datetimes end in `Z`. */
export function xmlValues(type: FieldType): WriteValue {
  if (type === 'datetime') return (value) => (typeof value === 'number' ? `${isoMoment(value)}Z` : xmlText(value));
  if (isDecimal(type)) return (value) => (typeof value === 'number' ? decimal(value) : xmlText(value));
  return xmlText;
}

/** Cells of a CSV, as text; datetimes end in `Z`, what is null is empty. */
export function csvValues(type: FieldType): WriteValue {
  const text = (value: Value): string => (typeof value === 'object' ? '' : String(value));
  if (type === 'datetime') return (value) => (typeof value === 'number' ? `${isoMoment(value)}Z` : text(value));
  if (isDecimal(type)) return (value) => (typeof value === 'number' ? decimal(value) : text(value));
  return text;
}

function xmlText(value: Value): string {
  if (typeof value === 'string') return escapeXml(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([part, text]: [string, string | number | null]) =>
      text === null ? `<${part} xsi:nil="true"/>` : `<${part}>${escapeXml(String(text))}</${part}>`,
    )
    .join('');
}
