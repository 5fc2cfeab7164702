import type { Json } from '@connector-runtime/core';
import { type RunningOrg, run, runOrg } from '../../running-org.js';
import { uploadsTo } from './bulk-world.js';
import { type Content, POLLING, runCsvBulk } from './csv-bulk-run.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

test.each<[string, Content, object, string]>([
  ['a wrong column', 'Nome\nx\n', {}, 'Nome is no field of Invoice__c; did you mean Name?'],
  [
    'a wrong parent',
    'Name,Ownr.Username\nx,y\n',
    {},
    'Ownr (in Ownr.Username) is no parent relationship of Invoice__c; did you mean Owner?',
  ],
  ['a wrong field of a parent', 'Account__r.Nmae\nx\n', {}, 'is no external id of Account'],
  ['another delimiter', 'Name;Notes__c\nx;y\n', {}, 'does columnDelimiter say what divides the cells?'],
  ['a column without a name', 'Name,\nx,y\n', {}, 'column 2 of the header has no name'],
  ['a column twice', 'Name,name\nx,y\n', {}, 'the header names Name twice'],
  ['too few cells', 'Name,Notes__c\nx\n', {}, 'row 2 has 1 cells where the header has 2'],
  ['too many cells', 'Name\nx,y\n', {}, 'row 2 has 2 cells where the header has 1'],
  ['mixed line ends', 'Name\nx\ny\r\n', {}, 'some lines end in LF, others in CRLF'],
  [
    'line ends other than configured',
    'Name\r\nx\r\n',
    { lineEnding: 'LF' },
    'its lines end in CRLF where the operation says LF',
  ],
  ['an open quote', 'Name\n"x\n', {}, 'row 2 has a quote that does not close'],
  ['a quote in the middle', 'Name\nx"y\n', {}, 'row 2 has a quote inside a cell that is not quoted'],
  ['a NUL', 'Name\n"\0"\n', {}, 'row 2 holds a NUL character'],
  ['no UTF-8', Buffer.from([0x4e, 0x61, 0x6d, 0x65, 0x0a, 0xff, 0x0a]), {}, 'the text is not UTF-8'],
  ['nothing', '', {}, 'it is empty'],
  [
    'more columns than an id for a delete',
    'Id,Name\nx,y\n',
    { bulkOperation: 'delete' },
    'delete takes exactly the column Id, got Id, Name',
  ],
  ['a blank line that is not the last', 'Name,Notes__c\n\nx,y\n', {}, 'row 2 is a blank line'],
  ['two blank lines at the end', 'Name,Notes__c\nx,y\n\n\n', {}, 'row 3 is a blank line'],
  ['a blank last line of one column', 'Name\nx\n\n', {}, 'row 3 is a blank line'],
  [
    'a column other than the id for a hard delete',
    'Name\nx\n',
    { bulkOperation: 'hardDelete' },
    'hardDelete takes exactly the column Id, got Name',
  ],
])(
  '%s is refused before there is a job, and the next document goes on',
  async (_what, document, properties, message) => {
    const good = 'bulkOperation' in properties ? `Id\n${world.org.insert('Invoice__c', {})}\n` : 'Name\ngood\n';
    const rest = 'lineEnding' in properties ? {} : properties;

    const { results } = await runCsvBulk(world, { bulkOperation: 'insert', ...properties, ...rest }, document, good);

    expect(results.map(({ status }) => status)).toEqual(['applicationError', 'success']);
    expect(results[0]?.message).toContain(message);
    expect(world.org.requests.count('jobCreate')).toBe(1);
  },
);

test.each<[object, string, string, string]>([
  [
    { bulkOperation: 'update' },
    'Name\nx\n',
    'Id',
    'update goes by the column Id, and the header has none of that name',
  ],
  [
    { bulkOperation: 'upsert', externalIdFieldName: 'external_id__c' },
    'Id,Name\n,x\n',
    'External_Id__c',
    'upsert goes by the column External_Id__c, and the header has none of that name',
  ],
])('%j without the column that it goes by is refused before there is a job', async (properties, csv, path, message) => {
  const { results } = await runCsvBulk(world, properties, csv);

  expect(results).toMatchObject([{ status: 'applicationError', error: { code: 'CSV_COLUMNS_UNSUITABLE', path } }]);
  expect(results[0]?.message).toContain(message);
  expect(world.org.requests.count('jobCreate')).toBe(0);
});

describe('one blank line at the very end', () => {
  /** Gives the text in pieces of this size. */
  async function* cut(text: string, size: number) {
    for (let at = 0; at < text.length; at += size) yield Buffer.from(text.slice(at, at + size));
  }

  test.each([
    ['LF', 'Name,Notes__c\nx,y\n\n', 'Name,Notes__c\nx,y\n'],
    ['CRLF', 'Name,Notes__c\r\nx,y\r\n\r\n', 'Name,Notes__c\r\nx,y\r\n'],
    ['quotes before it', 'Name,Notes__c\nx,"y\n\n"\n\n', 'Name,Notes__c\nx,"y\n\n"\n'],
  ])('is no row of several cells, and is not sent (%s)', async (_what, text, sent) => {
    const connection = await world.connect();
    const properties = { ...POLLING, bulkOperation: 'insert', object: 'Invoice__c' } as Json;
    for (const size of [1, 2, 3, 5, 100])
      await run(connection, { operation: 'csvBulk', properties }, [{ body: cut(text, size) }]);

    expect(uploadsTo(world)).toEqual(Array<string>(5).fill(sent));
  });

  test('below the header alone makes no job', async () => {
    const { results } = await runCsvBulk(world, { bulkOperation: 'insert' }, 'Name,Notes__c\n\n');

    expect(results).toMatchObject([{ status: 'success' }]);
    expect(world.org.requests.count('jobCreate')).toBe(0);
  });
});

test('a CSV that is more than a job takes in base64 is refused before its upload, and no further read than that', async () => {
  const line = `${'x'.repeat(999)}\n`.repeat(1_000);
  let pieces = 0;
  const large = async function* () {
    yield Buffer.from('Name\n');
    for (; pieces < 200; pieces += 1) yield Buffer.from(line);
  };
  const connection = await world.connect();
  const { results } = await run(
    connection,
    { operation: 'csvBulk', properties: { ...POLLING, bulkOperation: 'insert', object: 'Invoice__c' } as Json },
    [{ body: large() }, { body: 'Name\ngood\n' }],
  );

  expect(results.map(({ status, error }) => [status, error?.code])).toEqual([
    ['applicationError', 'CSV_TOO_LARGE'],
    ['success', undefined],
  ]);
  expect(results[0]?.message).toContain('112500000 bytes that a job takes: divide it into several documents');
  expect(pieces).toBeLessThan(115);
  expect(uploadsTo(world)).toEqual(['Name\ngood\n']);
});

test('Q21: a statement that is refused, empty or too long is its own trouble', async () => {
  const long = `SELECT Id FROM Account WHERE Name = '${'x'.repeat(100_000)}'`;
  const { results } = await runCsvBulk(
    world,
    { bulkOperation: 'query' },
    'SELECT Nope FROM Account',
    '',
    long,
    'SELECT Id FROM Account',
  );

  expect(results.map(({ status, error }) => [status, error?.code])).toEqual([
    ['applicationError', 'SALESFORCE_INVALID_FIELD'],
    ['applicationError', 'SOQL_MISSING'],
    ['applicationError', 'SOQL_TOO_LONG'],
    ['success', undefined],
  ]);
});

test('a statement that is no UTF-8, or without an end, is its own trouble too', async () => {
  let given = 0;
  const endless = async function* () {
    for (;;) {
      given += 1;
      yield Buffer.alloc(65_536, ' ');
    }
  };
  const connection = await world.connect();
  const { results } = await run(
    connection,
    { operation: 'csvBulk', properties: { ...POLLING, bulkOperation: 'query' } as Json },
    [{ body: Buffer.from("SELECT Id FROM Account WHERE Name = '\xff'", 'latin1') }, { body: endless() }],
  );

  expect(results.map(({ status, error }) => [status, error?.code])).toEqual([
    ['applicationError', 'DOCUMENT_NOT_UTF_8'],
    ['applicationError', 'SOQL_TOO_LONG'],
  ]);
  expect(given).toBeLessThan(20);
});

test.each(['TRUE', ' true'])(
  'a yes or no for an assignment rule is refused before there is a job: %p',
  async (rule) => {
    const { results } = await runCsvBulk(world, { bulkOperation: 'insert', assignmentRuleId: rule }, 'Name\nx\n');

    expect(results).toMatchObject([{ status: 'applicationError', error: { code: 'ASSIGNMENT_RULE_UNSUITABLE' } }]);
    expect(world.org.requests.count('jobCreate')).toBe(0);
  },
);

test.each([
  ['no field', 'Nope', 'is no field of Invoice__c'],
  ['no external id', 'Notes__c', 'is no external id of Invoice__c'],
])('an upsert by %s is a mistake of the configuration', async (_what, externalIdFieldName, message) => {
  const connection = await world.connect();
  const { summary } = await run(
    connection,
    {
      operation: 'csvBulk',
      properties: { ...POLLING, object: 'Invoice__c', bulkOperation: 'upsert', externalIdFieldName } as Json,
    },
    [{ body: 'Notes__c\nx\n' }],
  );

  expect(summary.error).toMatchObject({ category: 'config', path: '/externalIdFieldName' });
  expect(summary.error?.message).toContain(message);
  expect(world.org.requests.count('jobCreate')).toBe(0);
});
