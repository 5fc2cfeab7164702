import { formatLiteral } from '#src/soql/soql-literal.js';

const place = (type: string) => ({ field: 'F', type, pointer: '/filter/value', isOfDocument: false });

describe('a literal', () => {
  test.each([
    ['string', "O'Neil \\ Sons", "'O\\'Neil \\\\ Sons'"],
    ['string', 'two\nlines\ttab', "'two\\nlines\\ttab'"],
    ['string', 'bell\u0007 and \u2028', "'bell\\u0007 and \\u2028'"],
    ['picklist', 7, "'7'"],
    ['boolean', 'True', 'TRUE'],
    ['int', '-12', '-12'],
    ['double', 1.5, '1.5'],
    ['currency', 'USD5000', 'USD5000'],
    ['date', '2024-02-29', '2024-02-29'],
    ['date', 'last_n_days:7', 'LAST_N_DAYS:7'],
    ['datetime', '2024-01-31T10:00:00+05:30', '2024-01-31T10:00:00+05:30'],
    ['datetime', 'TODAY', 'TODAY'],
    ['time', '14:30:00.000Z', '14:30:00.000Z'],
    ['string', null, 'null'],
    ['date', null, 'null'],
  ])('of a %s field: %p is %s', (type, value, text) => {
    expect(formatLiteral(value, place(type))).toBe(text);
  });

  test.each([
    ['int', '1 OR Id != null'],
    ['int', '1.5'],
    ['double', '1e5'],
    ['double', ''],
    ['boolean', 'yes'],
    ['date', '2024-02-30'],
    ['date', '2024-1-1'],
    ['datetime', '2024-01-31'],
    ['datetime', '2024-01-31T10:00:00'],
    ['time', '25:00:00Z'],
    ['currency', 'USD'],
    ['string', 'half \ud800 pair'],
  ])('of a %s field that is %p is refused with the place', (type, value) => {
    expect(() => formatLiteral(value, place(type))).toThrow(
      expect.objectContaining({
        info: expect.objectContaining({ code: 'FILTER_VALUE_INVALID', path: '/filter/value' }),
      }),
    );
  });
});
