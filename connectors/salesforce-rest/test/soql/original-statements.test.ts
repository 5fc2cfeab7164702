import type { ResolvedField } from '#src/soql/field-path.js';
import { parseFieldPath } from '#src/soql/field-path.js';
import { buildSoql, type SoqlRequest } from '#src/soql/soql-query.js';

/** Types by the last step of a path; everything else is text. */
const TYPES: Readonly<Record<string, string>> = {
  Datetime: 'datetime',
  Date: 'date',
  Time: 'time',
  Int: 'int',
  Double: 'double',
  Percent: 'percent',
  Currency: 'currency',
  Boolean: 'boolean',
  Multi: 'multipicklist',
  Id: 'id',
};

function resolve(path: string): ResolvedField {
  const { children, parents, field } = parseFieldPath(path, '/fields');
  const type = TYPES[field] ?? 'string';
  return { children, name: [...parents, field].join('.'), type, filterable: true, sortable: true };
}

function soql(request: Partial<SoqlRequest>): string {
  return buildSoql({ objectType: 'X', fields: ['Name'], ...request }, { resolve, property: () => undefined });
}

const where = (field: string, operator: string, value: unknown, more = {}) =>
  soql({ filter: { field, operator, value, ...more } as never }).replace('SELECT Name FROM X WHERE ', '');

const code = (expected: string) => expect.objectContaining({ info: expect.objectContaining({ code: expected }) });

describe('what is selected', () => {
  test.each([
    ['plain and parent paths in the order given', ['B', 'Owner/Email', 'A'], 'SELECT B,Owner.Email,A FROM X'],
    ['parents to five levels', ['P1/P2/P3/P4/P5/F'], 'SELECT P1.P2.P3.P4.P5.F FROM X'],
    ['fields before sub-selects', ['Cs/records/F', 'A'], 'SELECT A,(SELECT F FROM Cs) FROM X'],
    ['a field on its own', ['F'], 'SELECT F FROM X'],
    ['a field that is named twice once', ['F', 'Owner/Email', 'F'], 'SELECT F,Owner.Email FROM X'],
    ['children alone', ['Cs/records/F'], 'SELECT (SELECT F FROM Cs) FROM X'],
    ['parents of children', ['A', 'Cs/records/Owner/Name'], 'SELECT A,(SELECT Owner.Name FROM Cs) FROM X'],
    [
      'Q22: sub-selects in the order first seen',
      ['Zs/records/F', 'A', 'Bs/records/F', 'Zs/records/G'],
      'SELECT A,(SELECT F,G FROM Zs),(SELECT F FROM Bs) FROM X',
    ],
    ['Q34: only the whole step "records" marks children', ['My_records/Name'], 'SELECT My_records.Name FROM X'],
  ])('%s', (_what, fields, text) => {
    expect(soql({ fields })).toBe(text);
  });

  test('the whole of a statement, in its order', () => {
    const fields = ['Name', 'Type', 'Contacts/records/Name', 'Owner/Email'];
    const filter = {
      and: [
        { field: 'Name', operator: 'LIKE', value: '%a%' },
        { field: 'Type', operator: 'LIKE', value: '%a%' },
      ],
    };
    const sort = [{ field: 'Name', direction: 'asc_nulls_last' as const }];

    expect(soql({ objectType: 'Account', fields, filter, sort, limit: 10 } as never)).toBe(
      "SELECT Name,Type,Owner.Email,(SELECT Name FROM Contacts) FROM Account WHERE (Name like '%a%' AND Type like '%a%') ORDER BY Name ASC NULLS LAST LIMIT 10",
    );
  });

  test('a sixth level of parents is refused', () => {
    expect(() => soql({ fields: ['P1/P2/P3/P4/P5/P6/F'] })).toThrow(code('FIELD_PATH_INVALID'));
  });
});

describe('the operator', () => {
  test.each([
    ['LIKE', 'Name', '%a_', "Name like '%a_'"],
    ['EQUALS', 'Name', 'a', "Name = 'a'"],
    ['NOT_EQUALS', 'Name', 'a', "Name != 'a'"],
    ['GREATER_THAN', 'Int', 1, 'Int > 1'],
    ['GREATER_THAN_OR_EQUALS', 'Int', 1, 'Int >= 1'],
    ['LESS_THAN', 'Int', 1, 'Int < 1'],
    ['LESS_THAN_OR_EQUALS', 'Int', 1, 'Int <= 1'],
    ['IN_LIST', 'Name', 'a, b', "Name in ('a','b')"],
    ['NOT_IN_LIST', 'Name', 'a, b', "Name not in ('a','b')"],
    ['INCLUDES_LIST', 'Multi', 'a;b, c', "Multi includes ('a;b','c')"],
    ['EXCLUDES_LIST', 'Multi', 'a', "Multi excludes ('a')"],
  ])('%s on %s with %p', (operator, field, value, text) => {
    expect(where(field, operator, value)).toBe(text);
  });
});

describe('a value is written by the type of its field', () => {
  test.each([
    ['Datetime', '2024-01-31T10:00:00.000Z', '2024-01-31T10:00:00.000Z'],
    ['Date', '2024-01-31', '2024-01-31'],
    ['Time', '14:30:00.000Z', '14:30:00.000Z'],
    ['Int', '12', '12'],
    ['Double', '1.10', '1.10'],
    ['Percent', '-3', '-3'],
    ['Currency', 'USD5000', 'USD5000'],
    ['Boolean', 'true', 'TRUE'],
    ['Id', '001000000000001AAA', "'001000000000001AAA'"],
    ['Name', "\\ and '", "'\\\\ and \\''"],
    ['Owner/Email', 'null', "'null'"],
  ])('%s: %s', (field, value, text) => {
    const dotted = field.replace('/', '.');

    expect(where(field, 'EQUALS', value)).toBe(`${dotted} = ${text}`);
    expect(where(field, 'EQUALS', null)).toBe(`${dotted} = null`);
    expect(where(field, 'NOT_EQUALS', null)).toBe(`${dotted} != null`);
    expect(where(field, 'IN_LIST', [value, value])).toBe(`${dotted} in (${text},${text})`);
  });

  test.each(['Datetime', 'Date', 'Time', 'Int', 'Double', 'Percent', 'Currency', 'Boolean'])(
    'Q24: %s takes no text that is more than one literal',
    (field) => {
      for (const value of ['1 OR Id != null', "'a'", '(SELECT Id FROM User)', 'null', ''])
        expect(() => where(field, 'EQUALS', value)).toThrow(code('FILTER_VALUE_INVALID'));
    },
  );

  test.each([
    ...['YESTERDAY', 'TODAY', 'TOMORROW', 'LAST_90_DAYS', 'NEXT_90_DAYS'],
    ...['LAST', 'THIS', 'NEXT'].flatMap((when) =>
      ['WEEK', 'MONTH', 'QUARTER', 'YEAR', 'FISCAL_QUARTER', 'FISCAL_YEAR'].map((what) => `${when}_${what}`),
    ),
    ...['DAYS', 'WEEKS', 'MONTHS', 'QUARTERS', 'YEARS', 'FISCAL_QUARTERS', 'FISCAL_YEARS'].flatMap((what) => [
      `LAST_N_${what}:30`,
      `NEXT_N_${what}:1`,
      `N_${what}_AGO:2`,
    ]),
  ])('the date literal %s stands as it is', (literal) => {
    expect(where('Date', 'EQUALS', literal)).toBe(`Date = ${literal}`);
    expect(where('Datetime', 'GREATER_THAN', literal)).toBe(`Datetime > ${literal}`);
  });

  test.each(['LAST_N_DAYS', 'LAST_N_DAYS:x', 'LAST_N_DAYS:-1', 'THIS_DAY', 'TODAY OR TRUE'])(
    '%s is no date literal',
    (literal) => {
      expect(() => where('Date', 'EQUALS', literal)).toThrow(code('FILTER_VALUE_INVALID'));
    },
  );

  test('wildcards of LIKE stay, or are escaped', () => {
    expect(where('Name', 'LIKE', '100%_')).toBe("Name like '100%_'");
    expect(where('Name', 'LIKE', '100%_', { escapeWildcards: true })).toBe("Name like '100\\%\\_'");
  });
});

describe('a group', () => {
  const a = { field: 'A', operator: 'EQUALS', value: '1' };
  const b = { field: 'B', operator: 'EQUALS', value: '2' };
  const child = { field: 'Cs/records/F', operator: 'EQUALS', value: '3' };

  test.each([
    ['of two', { and: [a, b] }, "(A = '1' AND B = '2')"],
    ['of one keeps its brackets', { or: [a] }, "(A = '1')"],
    ['within a group', { or: [{ and: [a, b] }, b] }, "((A = '1' AND B = '2') OR B = '2')"],
    ['that is empty, alone, leaves no filter', { or: [] }, undefined],
    ['that is empty vanishes', { and: [{ or: [] }, a] }, "(A = '1')"],
  ])('%s', (_what, filter, text) => {
    expect(soql({ filter } as never)).toBe(`SELECT Name FROM X${text === undefined ? '' : ` WHERE ${text}`}`);
  });

  test('a term on children goes to their sub-select, without its relationship', () => {
    expect(soql({ fields: ['Name', 'Cs/records/F'], filter: { and: [a, child] } })).toBe(
      "SELECT Name,(SELECT F FROM Cs WHERE (F = '3')) FROM X WHERE (A = '1')",
    );
  });

  test('terms on two lists of children go to one sub-select each', () => {
    const other = { field: 'Ds/records/Owner/Name', operator: 'LIKE', value: 'x%' };

    expect(soql({ fields: ['Ds/records/G', 'Cs/records/F'], filter: { and: [child, other, b] } } as never)).toBe(
      "SELECT (SELECT G FROM Ds WHERE (Owner.Name like 'x%')),(SELECT F FROM Cs WHERE (F = '3')) FROM X WHERE (B = '2')",
    );
  });

  test('Q23: OR across the object and its children is refused, at any depth', () => {
    for (const filter of [{ or: [a, child] }, { and: [a, { or: [b, { and: [child] }] }] }])
      expect(() => soql({ fields: ['Cs/records/F'], filter })).toThrow(code('FILTER_MIXES_TARGETS'));
  });

  test('a term on children of which nothing is selected is refused, not lost', () => {
    expect(() => soql({ filter: child })).toThrow(code('FILTER_WITHOUT_FIELD'));
  });
});

describe('what follows the filter', () => {
  test.each([
    ['asc_nulls_first', 'ASC NULLS FIRST'],
    ['asc_nulls_last', 'ASC NULLS LAST'],
    ['desc_nulls_first', 'DESC NULLS FIRST'],
    ['desc_nulls_last', 'DESC NULLS LAST'],
  ] as const)('Q25: sorts %s, with dots in the path', (direction, text) => {
    const sort = [
      { field: 'Owner/Name', direction },
      { field: 'A', direction },
    ];

    expect(soql({ sort })).toBe(`SELECT Name FROM X ORDER BY Owner.Name ${text}, A ${text}`);
    expect(soql({ sort, limit: 7 })).toBe(`SELECT Name FROM X ORDER BY Owner.Name ${text}, A ${text} LIMIT 7`);
  });
});
