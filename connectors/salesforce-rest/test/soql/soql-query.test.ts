import { type Comparison, parseSoql } from '@connector-runtime/salesforce-org';
import fc from 'fast-check';
import type { ResolvedField } from '#src/soql/field-path.js';
import { buildSoql, type SoqlRequest } from '#src/soql/soql-query.js';

const FIELDS: Readonly<Record<string, ResolvedField>> = {
  Name: field('Name', 'string'),
  Type: field('Type', 'picklist'),
  Channels: field('Channels', 'multipicklist'),
  Employees: field('Employees', 'int'),
  Founded: field('Founded', 'date'),
  Notes: { ...field('Notes', 'textarea'), filterable: false, sortable: false },
  'Owner/Email': field('Owner.Email', 'email'),
  'Contacts/records/Name': field('Name', 'string', 'Contacts'),
  'Contacts/records/Owner/Email': field('Owner.Email', 'email', 'Contacts'),
  'Contacts/records/Cases/records/Subject': field('Subject', 'string', 'Contacts', 'Cases'),
  'Opportunities/records/Amount': field('Amount', 'currency', 'Opportunities'),
};

function field(name: string, type: string, ...children: string[]): ResolvedField {
  return { name, type, children, filterable: true, sortable: true };
}

function soql(
  request: Partial<SoqlRequest>,
  members: Readonly<Record<string, string | readonly string[]>> = {},
): string {
  return buildSoql(
    { objectType: 'Account', fields: ['Name'], ...request },
    {
      resolve: (path) => FIELDS[path] ?? field(path, 'string'),
      property: (name) => (Object.hasOwn(members, name) ? members[name] : undefined),
    },
  );
}

const refusal = (code: string, path: string, category = 'config') =>
  expect.objectContaining({ info: expect.objectContaining({ code, path, category }) });

describe('a statement', () => {
  test('has fields, sub-select, filter, sort and limit as the original writes them', () => {
    const text = soql({
      fields: ['Name', 'Type', 'Contacts/records/Name', 'Owner/Email'],
      filter: {
        and: [
          { field: 'Name', operator: 'LIKE', value: '%a%' },
          { field: 'Type', operator: 'LIKE', value: '%a%' },
        ],
      },
      sort: [{ field: 'Name', direction: 'asc_nulls_last' }],
      limit: 10,
    });

    expect(text).toBe(
      "SELECT Name,Type,Owner.Email,(SELECT Name FROM Contacts) FROM Account WHERE (Name like '%a%' AND Type like '%a%') ORDER BY Name ASC NULLS LAST LIMIT 10",
    );
  });

  test('keeps sub-selects in the order first seen and nests them', () => {
    const fields = [
      'Opportunities/records/Amount',
      'Contacts/records/Cases/records/Subject',
      'Contacts/records/Name',
      'Contacts/records/Owner/Email',
      'Name',
      'Name',
    ];

    expect(soql({ fields })).toBe(
      'SELECT Name,(SELECT Amount FROM Opportunities),(SELECT Name,Owner.Email,(SELECT Subject FROM Cases) FROM Contacts) FROM Account',
    );
  });

  test('sends a condition on child records into their sub-select', () => {
    const filter = {
      and: [
        { field: 'Name', operator: 'EQUALS', value: 'a' },
        { or: [{ field: 'Contacts/records/Name', operator: 'EQUALS', value: 'b' }] },
      ],
    };

    expect(soql({ fields: ['Name', 'Contacts/records/Name'], filter })).toBe(
      "SELECT Name,(SELECT Name FROM Contacts WHERE (Name = 'b')) FROM Account WHERE (Name = 'a')".replace(
        "WHERE (Name = 'b')",
        "WHERE ((Name = 'b'))",
      ),
    );
  });

  test('dots the path of a sort', () => {
    expect(soql({ sort: [{ field: 'Owner/Email', direction: 'desc_nulls_first' }] })).toBe(
      'SELECT Name FROM Account ORDER BY Owner.Email DESC NULLS FIRST',
    );
  });

  test.each([
    ['EQUALS', 'Name', null, 'Name = null'],
    ['NOT_EQUALS', 'Founded', null, 'Founded != null'],
    ['GREATER_THAN_OR_EQUALS', 'Employees', 5, 'Employees >= 5'],
    ['IN_LIST', 'Employees', '1, 2,3', 'Employees in (1,2,3)'],
    ['NOT_IN_LIST', 'Name', ['a,b', "c'"], "Name not in ('a,b','c\\'')"],
    ['INCLUDES_LIST', 'Channels', ['Web;Fax', 'Mail'], "Channels includes ('Web;Fax','Mail')"],
    ['EXCLUDES_LIST', 'Channels', 'Web', "Channels excludes ('Web')"],
  ])('writes %s on %s', (operator, name, value, text) => {
    expect(soql({ filter: { field: name, operator, value } })).toBe(`SELECT Name FROM Account WHERE ${text}`);
  });

  test('escapes wildcards on request', () => {
    const filter = { field: 'Name', operator: 'LIKE', value: '100%_\\', escapeWildcards: true };

    expect(soql({ filter })).toBe("SELECT Name FROM Account WHERE Name like '100\\%\\_\\\\'");
  });

  test('leaves empty groups out', () => {
    expect(soql({ filter: { and: [{ or: [] }, { field: 'Name', operator: 'EQUALS', value: 'a' }] } })).toBe(
      "SELECT Name FROM Account WHERE (Name = 'a')",
    );
    expect(soql({ filter: { or: [] } })).toBe('SELECT Name FROM Account');
  });

  test('takes values from the document', () => {
    const filter = { field: 'Name', operator: 'IN_LIST', value: [{ $property: 'names' }, 'c'] };

    expect(soql({ filter }, { names: ['a', 'b'] })).toBe("SELECT Name FROM Account WHERE Name in ('a','b','c')");
  });
});

describe('a statement is refused', () => {
  const child = { field: 'Contacts/records/Name', operator: 'EQUALS', value: 'b' };
  const main = { field: 'Name', operator: 'EQUALS', value: 'a' };

  test('where "or" joins conditions on the object and on child records', () => {
    const filter = { and: [main, { or: [main, child] }] };

    expect(() => soql({ fields: ['Contacts/records/Name'], filter })).toThrow(
      refusal('FILTER_MIXES_TARGETS', '/filter/and/1/or'),
    );
  });

  test('where a condition is on child records of which nothing is selected', () => {
    expect(() => soql({ filter: child })).toThrow(refusal('FILTER_WITHOUT_FIELD', '/filter'));
  });

  test.each([
    ['LIKE', 'Employees', '1', 'OPERATOR_UNSUITABLE', '/filter/operator'],
    ['INCLUDES_LIST', 'Name', 'a', 'OPERATOR_UNSUITABLE', '/filter/operator'],
    ['BETWEEN', 'Name', 'a', 'OPERATOR_UNKNOWN', '/filter/operator'],
    ['EQUALS', 'Notes', 'a', 'FIELD_NOT_FILTERABLE', '/filter/field'],
    ['GREATER_THAN', 'Name', null, 'FILTER_VALUE_INVALID', '/filter/value'],
    ['IN_LIST', 'Name', [], 'FILTER_VALUE_INVALID', '/filter/value'],
    ['EQUALS', 'Name', ['a', 'b'], 'FILTER_VALUE_INVALID', '/filter/value'],
  ])('with %s on %s and %p', (operator, name, value, code, path) => {
    expect(() => soql({ filter: { field: name, operator, value } })).toThrow(refusal(code, path));
  });

  test("as the document's fault where its value does not fit or is missing", () => {
    const filter = { field: 'Employees', operator: 'EQUALS', value: { $property: 'n' } };

    expect(() => soql({ filter }, { n: '1 OR 1=1' })).toThrow(
      refusal('FILTER_VALUE_INVALID', '/filter/value', 'validation'),
    );
    expect(() => soql({ filter })).toThrow(refusal('FILTER_VALUE_MISSING', '/filter/value', 'validation'));
  });

  test.each([
    ['Contacts/records/Name', 'SORT_ON_CHILD'],
    ['Notes', 'FIELD_NOT_SORTABLE'],
  ])('where it is sorted by %s', (path, code) => {
    expect(() => soql({ sort: [{ field: path, direction: 'asc_nulls_last' }] })).toThrow(
      refusal(code, '/sort/0/field'),
    );
  });
});

describe('whatever a value is', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom("'", '\\', '"', '\n', '\r', ')', '(', '%', '_', ' OR ', "' OR Name != '", '\u0000', 'x'),
      maxLength: 20,
    }),
  );

  test('the statement parses to exactly one comparison with that value', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const query = parseSoql(soql({ filter: { field: 'Name', operator: 'EQUALS', value } }));

        const where = query.where as Comparison;
        expect(where).toMatchObject({ kind: 'comparison', path: ['Name'], operator: '=' });
        expect(where.values).toEqual([expect.objectContaining({ kind: 'string', value })]);
        expect(query).toMatchObject({ orderBy: [], select: [{ kind: 'field', path: ['Name'] }] });
      }),
      { numRuns: 2_000 },
    );
  });

  test('a list of them parses to exactly that list', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 5 }), (values) => {
        const query = parseSoql(soql({ filter: { field: 'Name', operator: 'IN_LIST', value: values } }));

        expect((query.where as Comparison).values).toEqual(values.map((value) => expect.objectContaining({ value })));
      }),
    );
  });

  test('on a field without quotes it is one literal of the type, or refused', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Employees', 'Founded'),
        fc.oneof(hostile, fc.constantFrom('1', 'TODAY', '2024-01-31')),
        (name, value) => {
          let text: string;
          try {
            text = soql({ filter: { field: name, operator: 'EQUALS', value } });
          } catch {
            return;
          }
          expect((parseSoql(text).where as Comparison).values).toHaveLength(1);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
