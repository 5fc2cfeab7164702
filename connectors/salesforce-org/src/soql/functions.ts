import { type Field, ObjectType } from '../store/object-type.js';
import type { Value } from '../store/values.js';
import type { AggregateName, DateFunctionName, FunctionName, Term } from './query.js';
import { malformedQuery, queryError } from './query-error.js';
import type { FieldReader, Scope } from './scope.js';

const AGGREGATES: ReadonlySet<string> = new Set(['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX']);

function dayInYear(at: Date): number {
  const startMs = Date.UTC(at.getUTCFullYear(), 0);
  return Math.floor((at.getTime() - startMs) / 86_400_000) + 1;
}

/** What a date function makes of a moment; the zone is UTC, the fiscal year the calendar's. Source: SOQL and SOSL Reference, "Date Functions". */
const DATE_FUNCTIONS: Readonly<Record<DateFunctionName, (at: Date) => Value>> = {
  CALENDAR_YEAR: (at) => at.getUTCFullYear(),
  CALENDAR_QUARTER: (at) => Math.floor(at.getUTCMonth() / 3) + 1,
  CALENDAR_MONTH: (at) => at.getUTCMonth() + 1,
  DAY_IN_MONTH: (at) => at.getUTCDate(),
  DAY_IN_WEEK: (at) => at.getUTCDay() + 1,
  DAY_ONLY: (at) => at.toISOString().slice(0, 10),
  HOUR_IN_DAY: (at) => at.getUTCHours(),
  DAY_IN_YEAR: dayInYear,
  WEEK_IN_MONTH: (at) => Math.ceil(at.getUTCDate() / 7),
  WEEK_IN_YEAR: (at) => Math.ceil(dayInYear(at) / 7),
  FISCAL_YEAR: (at) => at.getUTCFullYear(),
  FISCAL_QUARTER: (at) => Math.floor(at.getUTCMonth() / 3) + 1,
  FISCAL_MONTH: (at) => at.getUTCMonth() + 1,
};

/** What functions give, as fields of an object type of their own. */
const RESULTS = new ObjectType({
  name: 'Result',
  label: 'Result',
  labelPlural: 'Results',
  keyPrefix: null,
  fields: [
    { name: 'Whole', type: 'int' },
    { name: 'Decimal', type: 'double' },
    { name: 'Day', type: 'date' },
  ],
});
const WHOLE = RESULTS.required('Whole');
const DECIMAL = RESULTS.required('Decimal');
const DAY = RESULTS.required('Day');

/** The function of this name, in any case; undefined where this org does not evaluate it. */
export function functionNamed(name: string): FunctionName | undefined {
  const upper = name.toUpperCase();
  return AGGREGATES.has(upper) || Object.hasOwn(DATE_FUNCTIONS, upper) ? (upper as FunctionName) : undefined;
}

export function isAggregate(fn: FunctionName | undefined): fn is AggregateName {
  return fn !== undefined && AGGREGATES.has(fn);
}

/** Reads a term of one record: a field, or a date function of one. An aggregate is refused: it is no value of a record. */
export function bindTerm(scope: Scope, { path, at, fn }: Term): FieldReader {
  if (isAggregate(fn)) throw malformedQuery(scope.text, at, `${fn} cannot stand here: it is no value of one record`);
  const reader = scope.reader(path, at);
  if (fn === undefined) return reader;
  const { type } = reader.field;
  const isMoment =
    fn === 'HOUR_IN_DAY' || fn === 'DAY_ONLY' ? type === 'datetime' : type === 'datetime' || type === 'date';
  if (!isMoment)
    throw queryError('INVALID_FIELD', scope.text, at, `field '${reader.field.name}' is not valid for ${fn}`);
  const convert = DATE_FUNCTIONS[fn];
  return {
    field: fn === 'DAY_ONLY' ? DAY : WHOLE,
    isOwn: false,
    read: (position) => {
      const value = reader.read(position);
      if (typeof value !== 'string' && typeof value !== 'number') return null;
      return convert(new Date(typeof value === 'string' ? `${value}T00:00:00Z` : value));
    },
  };
}

/** The field that an aggregate's values are like. */
export function aggregateField(fn: AggregateName, field: Field): Field {
  if (fn === 'COUNT' || fn === 'COUNT_DISTINCT') return WHOLE;
  if (fn === 'AVG') return DECIMAL;
  return fn === 'SUM' && field.type !== 'int' ? DECIMAL : field;
}
