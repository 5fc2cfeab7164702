import fc from 'fast-check';
import { type Condition, parseSoql, ServiceError } from '#src/index.js';

/** A condition as short text: `a = 1`, groups in parentheses. */
function shown(condition: Condition | undefined): string {
  if (condition === undefined) return '';
  if (condition.kind === 'not') return `not(${shown(condition.term)})`;
  if (condition.kind === 'semiJoin') return `${condition.path.join('.')} in select from ${condition.query.from.name}`;
  if (condition.kind !== 'comparison') return `(${condition.terms.map(shown).join(` ${condition.kind} `)})`;
  const values = condition.values.map((literal) => ('value' in literal ? JSON.stringify(literal.value) : literal.kind));
  return `${condition.path.join('.')} ${condition.operator} ${values.join(',')}`;
}

const where = (text: string): string => shown(parseSoql(`SELECT Id FROM Account WHERE ${text}`).where);

function refusalOf(text: string): { code: string; message: string } {
  try {
    parseSoql(text);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { code: error.problems[0]?.errorCode ?? '', message: error.problems[0]?.message ?? '' };
  }
  throw new Error('parsed');
}

test('a whole statement is taken apart', () => {
  const query = parseSoql(
    "select Id, Owner.Name,(SELECT Name FROM Contacts c WHERE Name != null LIMIT 3) from Account a where Name='x' order by Name desc nulls last, Id limit 5 offset 2",
  );

  expect(query).toMatchObject({
    from: { name: 'Account', alias: 'a' },
    select: [
      { kind: 'field', path: ['Id'] },
      { kind: 'field', path: ['Owner', 'Name'] },
      { kind: 'children', query: { from: { name: 'Contacts', alias: 'c' }, limit: 3 } },
    ],
    orderBy: [
      { path: ['Name'], descending: true, nullsLast: true },
      { path: ['Id'], descending: false, nullsLast: false },
    ],
    limit: 5,
    offset: 2,
    count: false,
  });
});

test('COUNT() stands alone', () => {
  expect(parseSoql('SELECT count() FROM Account')).toMatchObject({ count: true, select: [] });
  expect(refusalOf('SELECT COUNT(), Id FROM Account').code).toBe('MALFORMED_QUERY');
});

test.each([
  ["a = 'b'", 'a = "b"'],
  ["a <> 'b'", 'a != "b"'],
  ['a >= -1.5e3', 'a >= -1500'],
  ['a = TRUE', 'a = true'],
  ['a = null', 'a = null'],
  ['a = 2024-01-31', 'a = "2024-01-31"'],
  ['a < 2024-01-31T10:00:00Z', 'a < 1706695200000'],
  ['a < 2024-01-31T10:00:00+01:00', 'a < 1706691600000'],
  ['a = LAST_N_DAYS:7', 'a = range'],
  ["a in ('b','c')", 'a in "b","c"'],
  ["a not in ('b')", 'a not in "b"'],
  ["a includes ('b;c','d')", 'a includes "b;c","d"'],
  ["a like 'b%'", 'a like "b%"'],
  ['a = 1 and b = 2 AND c = 3', '(a = 1 and b = 2 and c = 3)'],
  ['a = 1 or (b = 2 and c = 3)', '(a = 1 or (b = 2 and c = 3))'],
  ['not a = 1', 'not(a = 1)'],
  ['(not (a = 1)) and b = 2', '(not(a = 1) and b = 2)'],
  ["Owner.Name='x'", 'Owner.Name = "x"'],
  ['Id IN (SELECT B FROM C)', 'Id in select from C'],
])('the condition %s is understood', (text, expected) => {
  expect(where(text)).toBe(expected);
});

test.each([
  [String.raw`'a\'b'`, "a'b"],
  [String.raw`'a\\'`, 'a\\'],
  [String.raw`'\n\R\t\"\b\f'`, '\n\r\t"\b\f'],
  [String.raw`'\u00e9\U00E9'`, 'éé'],
  ["'two\nlines'", 'two\nlines'],
])('the string %s means its text', (literal, value) => {
  expect(where(`a = ${literal}`)).toBe(`a = ${JSON.stringify(value)}`);
});

test('LIKE keeps the escapes of its wildcards', () => {
  expect(where(String.raw`a LIKE '50\% \_ \\ \'%'`)).toBe(`a like ${JSON.stringify(String.raw`50\% \_ \\ '%`)}`);
});

test.each([
  ['a statement that is empty', ' ', 'SOQL statements cannot be empty or null'],
  ['an operator without a value', 'SELECT Id FROM A WHERE b =', "unexpected token: '<EOF>'"],
  ['AND mixed with OR', 'SELECT Id FROM A WHERE b=1 AND c=2 OR d=3', "unexpected token: 'OR'"],
  ['OR mixed with AND', 'SELECT Id FROM A WHERE b=1 OR c=2 AND d=3', "unexpected token: 'AND'"],
  ['NOT after AND', 'SELECT Id FROM A WHERE b=1 AND NOT c=2', "unexpected token: 'NOT'"],
  ['no fields', 'SELECT FROM A', "unexpected token: 'FROM'"],
  ['a star', 'SELECT * FROM A', "unexpected token: '*'"],
  ['a comma too many', 'SELECT Id, FROM A', "unexpected token: 'FROM'"],
  ['words after the end', 'SELECT Id FROM A LIMIT 1 2', "unexpected token: '2'"],
  ['a second statement', "SELECT Id FROM A WHERE b='c'; DELETE", "unexpected token: ';'"],
  ['a comment', 'SELECT Id FROM A -- b', "unexpected token: '-'"],
  ['an open string', "SELECT Id FROM A WHERE b='c", 'no closing quote'],
  ['an unknown escape', String.raw`SELECT Id FROM A WHERE b='\q'`, String.raw`Illegal character sequence '\q'`],
  [
    'an escaped wildcard outside LIKE',
    String.raw`SELECT Id FROM A WHERE b='\%'`,
    String.raw`Illegal character sequence '\%'`,
  ],
  ['a day that is none', 'SELECT Id FROM A WHERE b=2024-02-30', 'Invalid date: 2024-02-30'],
  ['a number that runs into a word', 'SELECT Id FROM A LIMIT 5x', "unexpected token: '5'"],
  [
    'all fields without a limit',
    'SELECT FIELDS(ALL) FROM A',
    'The SOQL FIELDS function must have a LIMIT of at most 200',
  ],
  ['custom fields of 201 rows', 'SELECT FIELDS(CUSTOM) FROM A LIMIT 201', 'must have a LIMIT of at most 200'],
  ['a group of fields that is none', 'SELECT FIELDS(SOME) FROM A LIMIT 1', "unexpected token: 'SOME'"],
  ['a fraction as limit', 'SELECT Id FROM A LIMIT 1.5', "unexpected token: '1.5'"],
  ['a field on the right', 'SELECT Id FROM A WHERE b = c', "unexpected token: 'c'"],
  ['more than 100,000 characters', `SELECT Id FROM A WHERE b='${'x'.repeat(100_000)}'`, 'longer than 100000'],
  ['parentheses without end', `SELECT Id FROM A WHERE ${'('.repeat(100_000 - 30)}`, 'nested deeper than 200'],
])('%s is refused', (_case, text, told) => {
  const { code, message } = refusalOf(text);

  expect(code).toBe('MALFORMED_QUERY');
  expect(message).toContain(told);
});

test.each([
  ['ROLLUP', 'SELECT Name FROM A GROUP BY ROLLUP(Name)'],
  ['the function GROUPING()', 'SELECT GROUPING(Name) FROM A GROUP BY Name'],
  ['the function toLabel()', 'SELECT toLabel(Name) FROM A'],
  ['the function FORMAT()', 'SELECT FORMAT(Amount) FROM A'],
  ['the function convertCurrency()', 'SELECT convertCurrency(Amount) FROM A'],
  ['the function DISTANCE()', "SELECT Id FROM A WHERE DISTANCE(b, GEOLOCATION(1, 2), 'mi') < 5"],
  ['the function convertTimezone()', 'SELECT Id FROM A WHERE CALENDAR_YEAR(convertTimezone(CreatedDate)) = 2024'],
  ['TYPEOF', 'SELECT TYPEOF Who WHEN Contact THEN Name END FROM Task'],
  ['USING', 'SELECT Id FROM A USING SCOPE mine'],
  ['WITH', 'SELECT Id FROM A WITH SECURITY_ENFORCED'],
  ['FOR', 'SELECT Id FROM A FOR VIEW'],
  ['ALL ROWS', 'SELECT Id FROM A ALL ROWS'],
])('%s is refused by name, for this org does not evaluate it', (what, text) => {
  expect(refusalOf(text).message).toContain(`This org does not evaluate ${what}`);
});

test('the message of a refusal frames the place', () => {
  expect(refusalOf('SELECT Id\nFROM Account\nWHERE Name = = 1').message).toBe(
    "\nWHERE Name = = 1\n             ^\nERROR at Row:3:Column:14\nunexpected token: '='",
  );
});

test('whatever text a well-quoted value has, the statement stays what it is', () => {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom("'", '\\', '\n', '"', '%', '_', ' OR ', '(', ')', ',', '--', 'n', 'u0027') }),
  );

  fc.assert(
    fc.property(nasty, nasty, (a, b) => {
      const query = parseSoql(
        `SELECT Id FROM Account WHERE (Name = ${quoted(a)} AND Type IN (${quoted(b)},${quoted(a)})) LIMIT 7`,
      );

      expect(shown(query.where)).toBe(
        `(Name = ${JSON.stringify(a)} and Type in ${JSON.stringify(b)},${JSON.stringify(a)})`,
      );
      expect(query.limit).toBe(7);
    }),
    { numRuns: 500 },
  );
});

test('any text at all is parsed or refused, never anything else', () => {
  const pieces = fc.constantFrom(
    'SELECT',
    'FROM',
    'WHERE',
    'Id',
    'Account',
    ',',
    '(',
    ')',
    '=',
    "'x'",
    "'",
    'AND',
    'NOT',
    'IN',
    'LIMIT',
    '1',
    '.',
    'ORDER BY',
    ':',
    '\\',
    '2024-01-01',
    'TODAY',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 15 }), (words) => {
      try {
        parseSoql(words.join(' '));
      } catch (error) {
        expect(error).toBeInstanceOf(ServiceError);
      }
    }),
    { numRuns: 2000 },
  );
});
