import type { Json } from '@connector-runtime/core';
import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { FAST, uploadsTo } from './bulk-world.js';
import { bulk, invoice } from './ingest-runs.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

test('Q20: documents that all cannot become rows make no job, nor do no documents', async () => {
  await bulk(world, 'create', bodies('no', 'neither'));
  await bulk(world, 'create', []);

  expect(world.org.bulk.jobs).toEqual([]);
});

test('jobs are divided by the bytes of their CSV, on the borders of records, each with the header', async () => {
  const long = 'ä'.repeat(15_000);
  await bulk(
    world,
    'create',
    Array.from({ length: 70 }, (_, index) => ({ body: invoice(`<Name>n${index}</Name><Notes__c>${long}</Notes__c>`) })),
    { batchSize: 1 },
  );

  const sizes = world.org.requests.entries.filter(({ kind }) => kind === 'jobUpload').map(({ bodyBytes }) => bodyBytes);
  expect(sizes).toHaveLength(3);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000_000);
  expect(sizes[0]).toBeGreaterThan(960_000);
  expect(uploadsTo(world).every((csv) => csv?.startsWith('"Name","Notes__c"\n"n'))).toBe(true);
  expect(world.org.ledger.counts.create).toBe(70);
});

test('no more documents wait than the look-ahead has room for, however small the jobs are', async () => {
  const fields = `<External_Id__c>K</External_Id__c><Notes__c>${'x'.repeat(32_000)}</Notes__c>`;
  let taken = 0;
  let settled = 0;
  async function* invoices() {
    for (; taken < 300; taken += 1) yield { body: invoice(fields) };
  }
  const execution = (await world.connect()).execute(
    { operation: 'upsert', objectType: 'Invoice__c', properties: { ...FAST, externalIdFieldName: 'External_Id__c' } },
    invoices(),
  );

  for await (const event of execution) {
    if (event.type !== 'result') continue;
    expect(event.status).toBe('success');
    settled += 1;
    if (settled === 4) break;
  }

  // 2,000,000 characters are 63 of them; one is in a job, and some are on their way.
  expect(taken - settled).toBeLessThan(75);
});

test('Q18: a record that is too large for a job is refused alone, wherever it stands', async () => {
  const large = invoice(`<Name>x</Name><Notes__c>${'"'.repeat(450_000)}</Notes__c>`);
  const good = invoice('<Name>good</Name>');
  const { results } = await bulk(world, 'create', bodies(large, good, large, good), { batchSize: 1 });

  expect(Object.fromEntries(results.map(({ inputs, status, error }) => [inputs[0], error?.code ?? status]))).toEqual({
    'doc-1': 'ROW_TOO_LARGE',
    'doc-2': 'success',
    'doc-3': 'ROW_TOO_LARGE',
    'doc-4': 'success',
  });
});

test.each([0, 151, 1.5])('Q41: a batch size of %d is refused', async (batchSize) => {
  await expect(bulk(world, 'create', [], { batchSize })).rejects.toMatchObject({ info: { path: '/batchSize' } });
});

test('Q19: documents with other dynamic properties travel in other jobs, each with its own', async () => {
  const rules = ['01Q000000000001EAA', '01Q000000000001EAA', undefined, '01Q000000000002EAA'];
  const connection = await world.connect();
  await run(
    connection,
    { operation: 'create', objectType: 'Lead', properties: FAST as Json },
    rules.map((assignmentRuleId, index) => ({
      body: `<records><LastName>n${index}</LastName><Company>c</Company></records>`,
      ...(assignmentRuleId !== undefined && {
        properties: { assignmentRuleId, restHeaders: { 'X-Caller': 'me' } },
      }),
    })),
  );

  const asked = world.org.requests.entries.filter(({ kind }) => kind === 'jobCreate');
  expect(asked.map(({ body }) => JSON.parse(body ?? '').assignmentRuleId)).toEqual([rules[0], undefined, rules[3]]);
  expect(asked.map(({ headers }) => headers['x-caller'])).toEqual(['me', undefined, 'me']);
  expect(uploadsTo(world).map((csv) => (csv?.split('\n').length ?? 0) - 2)).toEqual([2, 1, 1]);
});

test('keys that the service takes for one, and a record that comes again, wait for the job before them', async () => {
  const connection = await world.connect();
  const keys = ['K1', 'k1', 'K1 '].map((key) => ({
    body: invoice(`<External_Id__c>${key}</External_Id__c><Name>${key}</Name>`),
  }));
  const upserted = await run(
    connection,
    {
      operation: 'upsert',
      objectType: 'Invoice__c',
      properties: { ...FAST, externalIdFieldName: 'External_Id__c' } as Json,
    },
    keys,
  );
  const id = world.org.records('Invoice__c').at(-1)?.Id ?? '';
  const updated = await run(
    connection,
    { operation: 'update', objectType: 'Invoice__c', properties: FAST as Json },
    bodies(invoice(`<Id>${id}</Id><Name>one</Name>`), invoice(`<Id>${id.slice(0, 15)}</Id><Name>two</Name>`)),
  );
  const deleted = await run(
    connection,
    { operation: 'delete', objectType: 'Invoice__c', properties: FAST as Json },
    bodies(invoice(`<Id>${id}</Id>`), invoice(`<Id>${id}</Id>`)),
  );

  expect(world.org.bulk.jobs).toHaveLength(7);
  expect([...upserted.results, ...updated.results].map(({ status }) => status)).toEqual(Array(5).fill('success'));
  expect(world.org.record(id)?.['Name']).toBe('two');
  // Equal rows with different fates could not be told apart in one job.
  expect(deleted.results.map(({ status }) => status)).toEqual(['success', 'applicationError']);
});

test('documents of many shapes go into few jobs: one that brings a new field begins a new one', async () => {
  const some = ['<Name>a</Name>', '<Name>b</Name><Notes__c>n</Notes__c>', '<Notes__c>m</Notes__c><Name>c</Name>'];
  await bulk(world, 'create', bodies(...some.map(invoice)));

  expect(uploadsTo(world)).toEqual(['"Name","Notes__c"\n"a",""\n"b","n"\n"c","m"\n']);
});
