import type { Json } from '@connector-runtime/core';
import type { BulkPlan, FaultSpec } from '@connector-runtime/salesforce-org';
import { type RunningOrg, run, runOrg } from '../../running-org.js';
import { EMPTY_SETS, uploadsTo } from './bulk-world.js';
import { POLLING, runCsvBulk } from './csv-bulk-run.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

test('Q35: a CSV goes untouched into one job; the three sets come back whole, and the result counts them', async () => {
  const csv = 'name,"Amount__c",Notes__c\n"a, ""b""\n\\c",5,\nbad,x,#N/A\n';

  const { results, outputs, texts, summary } = await runCsvBulk(world, { bulkOperation: 'insert' }, csv);

  const [invoice] = world.org.records('Invoice__c').slice(-1);
  expect(uploadsTo(world)).toEqual([csv]);
  expect(invoice).toMatchObject({ Name: 'a, "b"\n\\c', Amount__c: 5 });
  expect(texts).toEqual([
    `"sf__Id","sf__Created",name,"Amount__c",Notes__c\n"${invoice?.Id}","true","a, ""b""\n\\c","5",""\n`,
    expect.stringMatching(
      /^"sf__Id","sf__Error",name,"Amount__c",Notes__c\n"","INVALID_FIELD:.*","bad","x","#N\/A"\n$/,
    ),
  ]);
  expect(outputs).toMatchObject([
    { status: 'success', code: '200', mediaType: 'text/csv', message: '1 record succeeded' },
    { status: 'applicationError', mediaType: 'text/csv', message: '1 record failed' },
  ]);
  const jobId = world.org.bulk.jobs[0]?.id;
  expect(results).toMatchObject([
    {
      status: 'success',
      message: `bulk job ${jobId} ended JobComplete; of 2 records 1 succeeded, 1 failed, 0 were not processed`,
      receipt: { jobId, rows: 2 },
    },
  ]);
  expect(summary.warnings).toEqual([
    expect.stringMatching(/of 2 records 1 succeeded, 1 failed, 0 were not processed; the output with sf__Error has/),
  ]);
});

test("delimiter and line ending are the document's: the job is told of them", async () => {
  await runCsvBulk(world, { bulkOperation: 'insert', columnDelimiter: 'SEMICOLON' }, 'Name;Notes__c\r\na;b,c\r\n');

  expect(JSON.parse(world.org.requests.entries.find(({ kind }) => kind === 'jobCreate')?.body ?? '')).toEqual({
    object: 'Invoice__c',
    operation: 'insert',
    contentType: 'CSV',
    columnDelimiter: 'SEMICOLON',
    lineEnding: 'CRLF',
  });
  expect(world.org.records('Invoice__c').at(-1)).toMatchObject({ Name: 'a', Notes__c: 'b,c' });
});

test.each<[string, (id: string) => string, object, readonly [string, string | undefined, string | undefined][]]>([
  ['update', (id) => `Id,Name\n${id},b\n`, {}, [['update', 'own', 'b']]],
  [
    'upsert',
    () => 'External_Id__c,Name\nX1,b\nnew,c\n',
    { externalIdFieldName: 'external_id__c' },
    [
      ['update', 'own', 'b'],
      ['create', undefined, 'c'],
    ],
  ],
  ['delete', (id) => `Id\n${id}\n`, {}, [['delete', 'own', undefined]]],
  ['hardDelete', (id) => `id\n${id}\n`, {}, [['delete', 'own', undefined]]],
])('%s does to the records of a CSV what it says, and to no other', async (bulkOperation, csv, properties, applied) => {
  const id = world.org.insert('Invoice__c', { Name: 'a', External_Id__c: 'X1' });
  world.org.insert('Invoice__c', { Name: 'other', External_Id__c: 'X2' });
  const before = world.org.ledger.entries.length;

  const { results } = await runCsvBulk(world, { bulkOperation, ...properties }, csv(id));

  expect(results.map(({ status }) => status)).toEqual(['success']);
  expect(
    world.org.ledger.entries
      .slice(before)
      .map(({ action, id: own, fields }) => [action, own === id ? 'own' : undefined, fields['Name']]),
  ).toEqual(applied);
  expect(world.org.bulk.jobs).toMatchObject([{ operation: bulkOperation }]);
});

test('what is deleted can be found in the recycle bin, what is hard deleted cannot', async () => {
  const [soft, hard] = ['a', 'b'].map((Name) => world.org.insert('Invoice__c', { Name }));

  await runCsvBulk(world, { bulkOperation: 'delete' }, `Id\n${soft}\n`);
  await runCsvBulk(world, { bulkOperation: 'hardDelete' }, `Id\n${hard}\n`);

  const { texts } = await runCsvBulk(
    world,
    { bulkOperation: 'queryAll' },
    'SELECT Id FROM Invoice__c WHERE IsDeleted = true',
  );
  expect(texts).toEqual([`"Id"\n"${soft}"\n`]);
});

test('Q20: a CSV with a header alone makes no job', async () => {
  const { results } = await runCsvBulk(world, { bulkOperation: 'insert' }, 'Name\n', '"Name"');

  expect(results.map(({ status }) => status)).toEqual(['success', 'success']);
  expect(results[0]?.message).toContain('no job was made');
  expect(world.org.requests.count('jobCreate')).toBe(0);
});

test('a byte order mark is dropped, wherever the pieces end', async () => {
  const { results } = await runCsvBulk(world, { bulkOperation: 'insert' }, '\ufeffName\nx\n');

  expect(results[0]?.status).toBe('success');
  expect(uploadsTo(world)).toEqual(['Name\nx\n']);
});

test('a query gives each page as a CSV, its bytes as the service made them, and all are there at the end', async () => {
  const soql = 'SELECT Name FROM Account ORDER BY Name';
  const { results, texts } = await runCsvBulk(world, { bulkOperation: 'query', pageSize: 8 }, soql);

  expect(texts.map((text) => text.split('\n').length - 2)).toEqual([8, 8, 4]);
  expect(texts.every((text) => text.startsWith('"Name"\n'))).toBe(true);
  expect(results).toMatchObject([{ status: 'success', message: 'success: 20 records' }]);
});

test.each<[string, Json]>([
  ['csvBulk', { bulkOperation: 'query' }],
  ['customSoql', { operationApi: 'BulkAPI2.0' }],
])('Q37: each page of %s is closed before the next: one connection does for all of them', async (operation, own) => {
  const connection = await world.connect({ concurrent: 1 });
  const properties = { ...POLLING, pageSize: operation === 'csvBulk' ? 8 : 200, ...(own as object) } as Json;
  for (let more = 0; more < 400; more += 1) world.org.insert('Account', { Name: `more ${more}` });

  const { results } = await run(connection, { operation, properties }, [{ body: 'SELECT Id FROM Account' }]);

  expect(results).toMatchObject([{ status: 'success' }]);
  expect(world.org.requests.count('jobResults')).toBeGreaterThan(2);
});

test('a query in another form', async () => {
  const { texts } = await runCsvBulk(
    world,
    { bulkOperation: 'queryAll', columnDelimiter: 'TAB', lineEnding: 'CRLF' },
    'SELECT Id, Name FROM Account LIMIT 1',
  );

  expect(texts[0]).toMatch(/^"Id"\t"Name"\r\n"001\w+"\t".*"\r\n$/);
});

test('a job that fails as such says why, and nothing was applied', async () => {
  world.org.bulk.plan = { state: 'Failed', errorMessage: 'InvalidBatch : because' };
  const { results } = await runCsvBulk(world, { bulkOperation: 'insert' }, 'Name\nx\n');

  expect(results).toMatchObject([{ status: 'applicationError', error: { code: 'BULK_JOB_FAILED' } }]);
  expect(results[0]?.message).toContain('InvalidBatch : because');
});

test('Q17: a job that somebody aborted half way is unknown as a whole, and its sets tell the rest', async () => {
  world.org.bulk.plan = { state: 'Aborted', rows: 1 };
  const { results, texts } = await runCsvBulk(world, { bulkOperation: 'insert' }, 'Name\nx\ny\n');

  expect(results).toMatchObject([{ status: 'unknown' }]);
  expect(results[0]?.message).toContain('of 2 records 1 succeeded, 0 failed, 1 were not processed');
  expect(texts.at(-1)).toBe('Name\n"y"\n');
});

test.each<[string, BulkPlan]>([
  ['was aborted', { state: 'Aborted' }],
  ['failed', { state: 'Failed', errorMessage: 'InternalServerError : x' }],
])('a job that %s, whose counter is 0 or missing and whose sets name no record, is unknown', async (_what, end) => {
  for (const fault of EMPTY_SETS) world.org.faults.add(fault);
  for (const processedCount of [0, null]) {
    world.org.bulk.plan = { ...end, rows: 2, processedCount };
    const { results } = await runCsvBulk(world, { bulkOperation: 'insert' }, 'Name\nx\ny\n');

    expect(results).toMatchObject([{ status: 'unknown', error: { code: 'BULK_RESULT_UNCLEAR' } }]);
  }
  expect(world.org.ledger.counts.create).toBe(4);
});

test('a job whose counters say that nothing failed is not believed: the failed set tells', async () => {
  world.org.bulk.plan = { failedCount: 0 };
  const { results, outputs, texts } = await runCsvBulk(
    world,
    { bulkOperation: 'insert' },
    'Name,Amount__c\na,5\nbad,x\n',
  );

  expect(results[0]?.message).toContain('of 2 records 1 succeeded, 1 failed, 0 were not processed');
  expect(outputs.map(({ status }) => status)).toEqual(['success', 'applicationError']);
  expect(texts[1]).toContain('"bad","x"');
  expect(world.org.ledger.counts.create).toBe(1);
});

test('a job none of whose records was taken is refused', async () => {
  const { results } = await runCsvBulk(world, { bulkOperation: 'insert' }, 'Amount__c\nx\n');

  expect(results).toMatchObject([{ status: 'applicationError', error: { code: 'BULK_ROWS_FAILED' } }]);
});

test.each<[string, FaultSpec]>([
  ['upload', { kind: 'jobUpload', action: 'lose' }],
  ['close', { kind: 'jobChange', action: 'lose' }],
  ['results', { kind: 'jobResults', action: 'cut', atByte: 30 }],
])('a lost answer to the %s costs nothing', async (_what, fault) => {
  world.org.faults.add(fault);
  const { results } = await runCsvBulk(world, { bulkOperation: 'insert' }, 'Name\nx\ny\n');

  expect(results[0]?.status).toBe('success');
  expect(world.org.ledger.counts.create).toBe(2);
});

test('Q19: the properties of a document are its own', async () => {
  const connection = await world.connect();
  const rules = ['01Q000000000001EAA', '01Q000000000002EAA'];
  await run(
    connection,
    { operation: 'csvBulk', properties: { ...POLLING, bulkOperation: 'insert', object: 'Lead' } as Json },
    rules.map((assignmentRuleId) => ({ body: 'LastName,Company\nx,y\n', properties: { assignmentRuleId } })),
  );

  const asked = world.org.requests.entries
    .filter(({ kind }) => kind === 'jobCreate')
    .map(({ body }) => JSON.parse(body ?? '').assignmentRuleId);
  expect(asked).toEqual(rules);
});
