const DAY_MS = 86_400_000;

type Unit = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';

/** From `startMs` up to, not including, `endMs`. */
export interface DateRange {
  readonly startMs: number;
  readonly endMs: number;
}

const NAME =
  /^(?:YESTERDAY|TODAY|TOMORROW|(?:LAST|NEXT)_90_DAYS|(?:LAST|THIS|NEXT)_(?:WEEK|MONTH|(?:FISCAL_)?(?:QUARTER|YEAR))|(?:LAST|NEXT)_N_(?:DAY|WEEK|MONTH|(?:FISCAL_)?(?:QUARTER|YEAR))S|N_(?:DAY|WEEK|MONTH|(?:FISCAL_)?(?:QUARTER|YEAR))S_AGO)$/;

/** True for a date literal's name, in capitals. */
export function isRangeName(name: string): boolean {
  return NAME.test(name);
}

/** The start of the unit that holds a moment. Weeks begin on Sunday, the fiscal year is the calendar's, the zone is UTC. */
function startOf(unit: Unit, atMs: number): number {
  const at = new Date(atMs);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  switch (unit) {
    case 'DAY':
      return Date.UTC(year, month, day);
    case 'WEEK':
      return Date.UTC(year, month, day - at.getUTCDay());
    case 'MONTH':
      return Date.UTC(year, month);
    case 'QUARTER':
      return Date.UTC(year, month - (month % 3));
    case 'YEAR':
      return Date.UTC(year, 0);
  }
}

/** A start moved by whole units. */
function shift(unit: Unit, startMs: number, units: number): number {
  if (unit === 'DAY' || unit === 'WEEK') return startMs + units * (unit === 'DAY' ? 1 : 7) * DAY_MS;
  const months = units * (unit === 'MONTH' ? 1 : unit === 'QUARTER' ? 3 : 12);
  const at = new Date(startMs);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months);
}

/**
 * What a date literal means at a moment. Source: SOQL and SOSL Reference, "Date Formats and Date Literals": `LAST_N_DAYS` runs from the
 * start of the day n days back to now, `LAST_N_` of the other units excludes the current one, `NEXT_N_` starts with the coming one.
 */
export function dateRange(name: string, count: number, nowMs: number): DateRange {
  const simple: Readonly<Record<string, number>> = { YESTERDAY: -1, TODAY: 0, TOMORROW: 1 };
  const days = simple[name];
  if (days !== undefined) return span('DAY', nowMs, days, 1);
  if (name === 'LAST_90_DAYS') return { startMs: shift('DAY', startOf('DAY', nowMs), -90), endMs: nowMs + 1 };
  if (name === 'NEXT_90_DAYS') return span('DAY', nowMs, 1, 90);
  const plain = name.replace('FISCAL_', '');
  const unit = (/(DAY|WEEK|MONTH|QUARTER|YEAR)S?(?:_AGO)?$/.exec(plain)?.[1] ?? 'DAY') as Unit;
  if (plain.startsWith('N_')) return span(unit, nowMs, -count, 1);
  if (plain.startsWith('LAST_N_')) {
    return unit === 'DAY'
      ? { startMs: shift(unit, startOf(unit, nowMs), -count), endMs: nowMs + 1 }
      : span(unit, nowMs, -count, count);
  }
  if (plain.startsWith('NEXT_N_')) return span(unit, nowMs, 1, count);
  return span(unit, nowMs, plain.startsWith('LAST_') ? -1 : plain.startsWith('NEXT_') ? 1 : 0, 1);
}

function span(unit: Unit, nowMs: number, from: number, units: number): DateRange {
  const startMs = shift(unit, startOf(unit, nowMs), from);
  return { startMs, endMs: shift(unit, startMs, units) };
}
