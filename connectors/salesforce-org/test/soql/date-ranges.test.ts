import { dateRange, isRangeName } from '#src/soql/date-ranges.js';

const NOW = Date.UTC(2026, 4, 13, 15, 30);

test.each([
  ['TODAY', 0, '2026-05-13', '2026-05-14'],
  ['YESTERDAY', 0, '2026-05-12', '2026-05-13'],
  ['TOMORROW', 0, '2026-05-14', '2026-05-15'],
  ['THIS_WEEK', 0, '2026-05-10', '2026-05-17'],
  ['LAST_MONTH', 0, '2026-04-01', '2026-05-01'],
  ['NEXT_QUARTER', 0, '2026-07-01', '2026-10-01'],
  ['THIS_FISCAL_YEAR', 0, '2026-01-01', '2027-01-01'],
  ['NEXT_90_DAYS', 0, '2026-05-14', '2026-08-12'],
  ['NEXT_N_DAYS', 2, '2026-05-14', '2026-05-16'],
  ['LAST_N_WEEKS', 2, '2026-04-26', '2026-05-10'],
  ['NEXT_N_MONTHS', 3, '2026-06-01', '2026-09-01'],
  ['N_DAYS_AGO', 3, '2026-05-10', '2026-05-11'],
  ['N_FISCAL_QUARTERS_AGO', 1, '2026-01-01', '2026-04-01'],
])('%s with %d is %s up to %s', (name, count, start, end) => {
  const { startMs, endMs } = dateRange(name, count, NOW);

  expect([startMs, endMs].map((at) => new Date(at).toISOString())).toEqual([
    `${start}T00:00:00.000Z`,
    `${end}T00:00:00.000Z`,
  ]);
});

test('LAST_N_DAYS runs from the start of a day to now', () => {
  expect(dateRange('LAST_N_DAYS', 7, NOW)).toEqual({ startMs: Date.UTC(2026, 4, 6), endMs: NOW + 1 });
});

test('only the names of date literals are ranges', () => {
  expect(['LAST_N_YEARS', 'N_WEEKS_AGO', 'LAST_90_DAYS'].every(isRangeName)).toBe(true);
  expect(['LAST_DAY', 'N_DAYS', 'NOW', 'THIS_N_DAYS'].some(isRangeName)).toBe(false);
});
