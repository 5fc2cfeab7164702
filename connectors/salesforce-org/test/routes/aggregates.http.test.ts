import { type Json, OrgClient, XML } from '../org-client.js';

let client: OrgClient;

const ROWS = [
  ['Draft', 10, '2025-01-31', 'a'],
  ['Draft', 20.5, '2025-02-01', 'A'],
  ['Sent', 3, '2026-01-01', 'b'],
  ['Paid', null, null, 'c'],
] as const;

beforeAll(async () => {
  client = await OrgClient.start({ seed: 3, accounts: 5, now: () => Date.UTC(2026, 0, 1, 12) });
  const accounts = client.org.records('Account');
  ROWS.forEach(([Status__c, Amount__c, Due_Date__c, Name], index) => {
    client.org.insert('Invoice__c', {
      Name,
      Status__c,
      Amount__c,
      Due_Date__c,
      External_Id__c: `G-${index}`,
      Account__c: accounts[index % 2]?.Id ?? null,
    });
  });
});
afterAll(() => client.close());

const MINE = "External_Id__c LIKE 'G-%'";

async function rows(soql: string): Promise<Json[]> {
  const { json, status } = await client.query(soql);
  if (status !== 200) throw new Error(json[0].message);
  return json.records.map(({ attributes, ...values }: Json) => {
    expect(attributes).toEqual({ type: 'AggregateResult' });
    return values;
  });
}

async function refusal(soql: string): Promise<string> {
  const { status, json } = await client.query(soql);
  return `${status} ${json[0].errorCode} ${json[0].message.split('\n').at(-1)}`;
}

test('without groups there is one row, also about no record', async () => {
  const all = 'COUNT(Id), COUNT(Amount__c) amounts, SUM(Amount__c), AVG(Amount__c), MIN(Name), MAX(Due_Date__c)';

  expect(await rows(`SELECT ${all} FROM Invoice__c WHERE ${MINE}`)).toEqual([
    { expr0: 4, amounts: 3, expr1: 33.5, expr2: 33.5 / 3, expr3: 'a', expr4: '2026-01-01' },
  ]);
  expect(await rows("SELECT COUNT(Id), SUM(Amount__c) s FROM Invoice__c WHERE Name = 'nobody'")).toEqual([
    { expr0: 0, s: null },
  ]);
});

test('values are counted without regard to case where they are compared so', async () => {
  expect(await rows(`SELECT COUNT_DISTINCT(Name) n FROM Invoice__c WHERE ${MINE}`)).toEqual([{ n: 3 }]);
});

test('groups are made by fields, over parents and by date functions, and nulls are a group', async () => {
  expect(
    await rows(`SELECT Status__c, COUNT(Id) n FROM Invoice__c WHERE ${MINE} GROUP BY Status__c ORDER BY Status__c`),
  ).toEqual([
    { Status__c: 'Draft', n: 2 },
    { Status__c: 'Paid', n: 1 },
    { Status__c: 'Sent', n: 1 },
  ]);
  const byYear = 'CALENDAR_YEAR(Due_Date__c)';
  expect(
    await rows(`SELECT ${byYear} y, COUNT(Id) FROM Invoice__c WHERE ${MINE} GROUP BY ${byYear} ORDER BY ${byYear}`),
  ).toEqual([
    { y: null, expr0: 1 },
    { y: 2025, expr0: 2 },
    { y: 2026, expr0: 1 },
  ]);
  const named = await rows(
    `SELECT Account__r.Name, COUNT(Id) n FROM Invoice__c WHERE ${MINE} GROUP BY Account__r.Name`,
  );
  expect(named.map(({ n }) => n)).toEqual([2, 2]);
  expect(named.every(({ Name }) => typeof Name === 'string')).toBe(true);
});

test('HAVING, ORDER BY an aggregate, LIMIT and OFFSET go over the groups', async () => {
  const grouped = `FROM Invoice__c WHERE ${MINE} GROUP BY Status__c`;

  expect(await rows(`SELECT Status__c s ${grouped} HAVING COUNT(Id) > 1 AND SUM(Amount__c) < 31`)).toEqual([
    { s: 'Draft' },
  ]);
  expect(await rows(`SELECT Status__c s ${grouped} ORDER BY SUM(Amount__c) DESC NULLS LAST LIMIT 1 OFFSET 1`)).toEqual([
    { s: 'Sent' },
  ]);
});

test('date functions filter and sort records too', async () => {
  const { json } = await client.query(
    `SELECT Name FROM Invoice__c WHERE ${MINE} AND CALENDAR_QUARTER(Due_Date__c) = 1 AND DAY_IN_MONTH(Due_Date__c) = 1 ORDER BY CALENDAR_YEAR(Due_Date__c) DESC`,
  );

  expect(json.records.map(({ Name }: Json) => Name)).toEqual(['b', 'A']);
});

test('days and weeks are counted within month and year, fiscal units as those of the calendar', async () => {
  const parts = ['DAY_IN_YEAR', 'WEEK_IN_MONTH', 'WEEK_IN_YEAR', 'FISCAL_YEAR', 'FISCAL_QUARTER', 'FISCAL_MONTH'];
  const terms = parts.map((fn) => `${fn}(Due_Date__c)`).join(', ');

  const [row] = await rows(`SELECT ${terms} FROM Invoice__c WHERE External_Id__c = 'G-1' GROUP BY ${terms}`);

  expect(Object.values(row)).toEqual([32, 1, 5, 2025, 1, 2]);
});

test('in XML a row has its type and no address', async () => {
  const soql = `SELECT Status__c, SUM(Amount__c) FROM Invoice__c WHERE ${MINE} GROUP BY Status__c HAVING COUNT(Id) = 2`;
  const { text } = await client.query(soql, XML);

  expect(text).toContain(
    '<records type="AggregateResult"><Status__c>Draft</Status__c><expr0>30.5</expr0></records><totalSize>1</totalSize>',
  );
});

test('records are found by what another object refers to, and by what it does not', async () => {
  const { json } = await client.query(
    `SELECT Id FROM Account WHERE Id IN (SELECT Account__c FROM Invoice__c WHERE ${MINE} AND Status__c = 'Draft') AND Name != null`,
  );
  const none = await client.query(`SELECT Id FROM Account WHERE Id NOT IN (SELECT Account__c FROM Invoice__c)`);

  const invoiced = client.org.records('Invoice__c').map((invoice) => invoice['Account__c']);
  const drafts = client.org
    .records('Invoice__c')
    .filter(({ External_Id__c, Status__c }) => /^G-/.test(String(External_Id__c)) && Status__c === 'Draft')
    .map((invoice) => invoice['Account__c']);
  const accounts = client.org.records('Account').map(({ Id }) => Id);
  expect(json.records.map(({ Id }: Json) => Id).sort()).toEqual([...new Set(drafts.map(String))].sort());
  expect(none.json.records.map(({ Id }: Json) => Id).sort()).toEqual(
    accounts.filter((id) => !invoiced.includes(id)).sort(),
  );
});

test.each([
  ['SELECT Name, COUNT(Id) FROM Account GROUP BY Type', 'MALFORMED_QUERY Field must be grouped or aggregated: Name'],
  ['SELECT Name, COUNT(Id) FROM Account', 'MALFORMED_QUERY Field must be grouped or aggregated: Name'],
  [
    'SELECT COUNT(Id) FROM Account LIMIT 1',
    'MALFORMED_QUERY Non-grouped query that uses overall aggregate functions cannot also use LIMIT',
  ],
  ['SELECT SUM(Name) FROM Account', 'MALFORMED_QUERY field Name does not support aggregate operator SUM'],
  [
    'SELECT Description FROM Account GROUP BY Description',
    "INVALID_FIELD field 'Description' can not be grouped in a query call",
  ],
  ...['AnnualRevenue', 'CreatedDate'].map((name): [string, string] => [
    `SELECT COUNT(Id) FROM Account GROUP BY ${name}`,
    `INVALID_FIELD field '${name}' can not be grouped in a query call`,
  ]),
  ['SELECT COUNT(Id) FROM Account HAVING COUNT(Id) > 1', 'MALFORMED_QUERY HAVING needs GROUP BY'],
  [
    'SELECT COUNT() FROM Account GROUP BY Type',
    'MALFORMED_QUERY COUNT() cannot be used with GROUP BY; COUNT(fieldName) can',
  ],
  [
    'SELECT FIELDS(STANDARD) FROM Account GROUP BY Name',
    'MALFORMED_QUERY The FIELDS function cannot stand in an aggregate query',
  ],
  ['SELECT Name n FROM Account', 'MALFORMED_QUERY only aggregate expressions use field aliasing'],
  ['SELECT Type t, COUNT(Id) t FROM Account GROUP BY Type', 'MALFORMED_QUERY duplicate alias: t'],
  [
    'SELECT Id FROM Account WHERE COUNT(Id) > 1',
    'MALFORMED_QUERY COUNT cannot stand here: it is no value of one record',
  ],
  ['SELECT Id FROM Account WHERE CALENDAR_YEAR(Name) = 1', "INVALID_FIELD field 'Name' is not valid for CALENDAR_YEAR"],
  [
    'SELECT Id, (SELECT COUNT(Id) FROM Contacts) FROM Account',
    'MALFORMED_QUERY COUNT needs GROUP BY, or to stand by itself',
  ],
  [
    'SELECT Id FROM Account WHERE Id IN (SELECT Id FROM Account)',
    'MALFORMED_QUERY The inner and outer selects should not be on the same object type',
  ],
  [
    'SELECT Id FROM Account WHERE Name IN (SELECT AccountId FROM Contact)',
    'MALFORMED_QUERY The left operand of a semi-join must be an id or reference field of the object itself',
  ],
  [
    'SELECT Id FROM Account WHERE Id IN (SELECT Name FROM Contact)',
    'MALFORMED_QUERY The inner select of a semi-join must be a single id or reference field',
  ],
  [
    'SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact LIMIT 1)',
    'MALFORMED_QUERY The inner select of a semi-join cannot have GROUP BY, ORDER BY, LIMIT or OFFSET',
  ],
  [
    "SELECT Id FROM Account WHERE Name = 'a' OR Id IN (SELECT AccountId FROM Contact)",
    'MALFORMED_QUERY Semi-joins are not allowed with OR or NOT',
  ],
  [
    'SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Id IN (SELECT WhoId FROM Task))',
    'MALFORMED_QUERY Nesting of semi-joins is not supported',
  ],
])('%s is refused', async (soql, told) => {
  expect(await refusal(soql)).toBe(`400 ${told}`);
});
