import type { Literal } from './query.js';
import { malformedQuery } from './query-error.js';
import type { Token } from './tokens.js';

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

/** What a quoted string means. `like` keeps `\_`, `\%` and `\\` escaped, for the pattern; elsewhere the first two are errors. */
export function readString(text: string, token: Token, like: boolean): string {
  const body = token.text.slice(1, -1);
  return body.replace(/\\(u[0-9a-f]{4}|[\s\S])/gi, (sequence: string, sign: string, at: number) => {
    if (like && (sign === '_' || sign === '%' || sign === '\\')) return sequence;
    if (sign.length === 5) return String.fromCharCode(Number.parseInt(sign.slice(1), 16));
    const meant = ESCAPES[sign] ?? ESCAPES[sign.toLowerCase()];
    if (meant === undefined)
      throw malformedQuery(
        text,
        token.at + 1 + at,
        `Invalid string literal '${body}'. Illegal character sequence '${sequence}' in string literal.`,
      );
    return meant;
  });
}

/** The moment that a date and time with an offset names; undefined where there is no such day or hour. */
export function parseDatetime(source: string): number | undefined {
  const found = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d{1,3})?\d*(?:Z|([+-]\d{2}):?(\d{2}))$/i.exec(source);
  if (found === null || !isDay(found[1] ?? '')) return undefined;
  const [, day, time, fraction = '', hours, minutes] = found;
  const at = Date.parse(`${day}T${time}${fraction}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
  return Number.isNaN(at) ? undefined : at;
}

/** True for a day that the calendar has. */
export function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

/** A date, datetime or time written without quotes. */
export function readMoment(text: string, token: Token): Literal {
  const { at, text: source } = token;
  if (source.length === 10 && isDay(source)) return { kind: 'date', value: source, at };
  if (source.charAt(2) === ':') return { kind: 'time', value: timeOfDay(source), at };
  const value = source.length > 10 ? parseDatetime(source) : undefined;
  if (value === undefined) throw malformedQuery(text, at, `Invalid date: ${source}`);
  return { kind: 'datetime', value, at };
}

/** `14:30:00Z` with its milliseconds written out. */
export function timeOfDay(source: string): string {
  const [clock = '', fraction = ''] = source.slice(0, -1).split('.');
  return `${clock}.${fraction.padEnd(3, '0')}Z`;
}
