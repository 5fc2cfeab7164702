import { bodies, type RunningOrg, runOrg } from '../../running-org.js';
import { uploadsTo } from './bulk-world.js';
import { bulk, invoice } from './ingest-runs.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

const paths = () =>
  world.org.requests.entries
    .map(({ method, path }) => `${method} ${path.replace(/.*\/v64\.0/, '').replace(/750\w+/, 'ID')}`)
    .filter((line) => line.includes('/jobs/'));

test('documents become rows of one job, and each gets the result of its row', async () => {
  const { results } = await bulk(
    world,
    'create',
    bodies(
      invoice('<Name>good</Name><Amount__c>5.10</Amount__c>'),
      invoice('<Name>bad</Name><Amount__c>x</Amount__c>'),
      invoice('<Name>plain</Name>'),
    ),
  );

  const [good, plain] = world.org.records('Invoice__c').slice(-2);
  expect(paths()).toEqual([
    'POST /jobs/ingest',
    'PUT /jobs/ingest/ID/batches',
    'PATCH /jobs/ingest/ID',
    'GET /jobs/ingest/ID',
    'GET /jobs/ingest/ID/successfulResults',
    'GET /jobs/ingest/ID/failedResults',
    'GET /jobs/ingest/ID/unprocessedrecords',
  ]);
  expect(uploadsTo(world)).toEqual(['"Name","Amount__c"\n"good","5.10"\n"bad","x"\n"plain",""\n']);
  expect(world.org.bulk.jobs).toMatchObject([{ state: 'JobComplete', operation: 'insert', object: 'Invoice__c' }]);
  const jobId = world.org.bulk.jobs[0]?.id;
  expect(results).toEqual([
    {
      type: 'result',
      inputs: ['doc-1'],
      status: 'success',
      code: '200',
      message: 'success',
      body: `<records type="Invoice__c"><sf__Id>${good?.Id}</sf__Id><sf__Created>true</sf__Created><Name>good</Name><Amount__c>5.10</Amount__c></records>`,
      mediaType: 'application/xml',
      receipt: { jobId, row: 0, rows: 3 },
    },
    expect.objectContaining({
      inputs: ['doc-3'],
      status: 'success',
      body: `<records type="Invoice__c"><sf__Id>${plain?.Id}</sf__Id><sf__Created>true</sf__Created><Name>plain</Name></records>`,
    }),
    expect.objectContaining({
      inputs: ['doc-2'],
      status: 'applicationError',
      code: 'INVALID_FIELD',
      message: expect.stringMatching(
        /^INVALID_FIELD: Failed to deserialize field at col 1\. Due to, 'x' is not a valid/,
      ),
      error: expect.objectContaining({ path: 'Amount__c', service: { code: 'INVALID_FIELD', jobId } }),
      receipt: { jobId, row: 1, rows: 3 },
    }),
  ]);
});

test('absent, null and empty: an empty cell, and twice the order to empty the field', async () => {
  const id = world.org.insert('Invoice__c', { Notes__c: 'keep', Hotline__c: '1', Status__c: 'Sent' });
  const other = world.org.insert('Invoice__c', { Hotline__c: '1' });
  const nil = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"';

  await bulk(
    world,
    'update',
    bodies(
      invoice(`<Id>${id}</Id><Hotline__c ${nil}/><Status__c/>`),
      invoice(`<Id>${other}</Id><Notes__c>x</Notes__c>`),
    ),
    {
      bulkHeader: 'Id, Hotline__c ,Status__c,Notes__c',
    },
  );

  expect(uploadsTo(world)).toEqual([
    `"Id","Hotline__c","Status__c","Notes__c"\n"${id}","#N/A","#N/A",""\n"${other}","","","x"\n`,
  ]);
  expect(world.org.record(id)).toMatchObject({ Notes__c: 'keep', Hotline__c: null, Status__c: null });
  expect(world.org.record(other)).toMatchObject({ Notes__c: 'x', Hotline__c: '1' });
});

test('a declaration of a namespace is neither a type nor a null, whatever its prefix is', async () => {
  const body =
    '<records xmlns:type="Account"><Name xmlns:nil="1">n</Name><Notes__c xmlns:nil="true">x</Notes__c></records>';

  const { results } = await bulk(world, 'create', bodies(body));

  expect(results.map(({ status }) => status)).toEqual(['success']);
  expect(uploadsTo(world)).toEqual(['"Name","Notes__c"\n"n","x"\n']);
});

test.each([
  'a "quoted" one',
  'comma, and\nline\r\nbreaks',
  'back\\slash \\" and \\n (Q30)',
  '=1+1',
  'é😀\u2028',
  ' blanks ',
  '"',
])('text comes through as it is: %j', async (text) => {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\r', '&#13;');
  const { results } = await bulk(world, 'create', bodies(invoice(`<Name>n</Name><Notes__c>${escaped}</Notes__c>`)));

  expect(results[0]?.status).toBe('success');
  expect(world.org.ledger.entries.at(-1)?.given?.['Notes__c']).toBe(text);
});

test('parents are named by their external ids, also where they may be of several types', async () => {
  const account = world.org.records('Account')[0]?.Id;
  await bulk(
    world,
    'create',
    bodies(
      invoice(
        `<Name>x</Name><Owner><Username>${world.org.username}</Username></Owner><account__r><id>${account}</id></account__r>`,
      ),
    ),
  );

  expect(uploadsTo(world)[0]?.split('\n')[0]).toBe('"Name","User:Owner.Username","Account__r.Id"');
  expect(world.org.records('Invoice__c').at(-1)).toMatchObject({ OwnerId: world.org.userId, Account__c: account });
});

test('an upsert goes by its external id, from the document or its properties; a key that comes again waits for its job', async () => {
  const { results } = await bulk(
    world,
    'upsert',
    [
      { body: invoice('<External_Id__c>K1</External_Id__c><Name>one</Name>') },
      { body: invoice('<Name>two</Name>'), properties: { externalIdValue: 'K2' } },
      { body: invoice('<External_Id__c>K1</External_Id__c><Name>again</Name>') },
    ],
    { externalIdFieldName: 'external_id__c' },
  );

  expect(results.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
  expect(world.org.ledger.entries.map(({ action, key }) => [action, key])).toEqual([
    ['create', 'External_Id__c=K1'],
    ['create', 'External_Id__c=K2'],
    ['update', 'External_Id__c=K1'],
  ]);
  expect(world.org.bulk.jobs).toHaveLength(2);
});

test('a delete takes the id alone; a hard delete leaves nothing behind', async () => {
  const [soft, hard] = [world.org.insert('Invoice__c', {}), world.org.insert('Invoice__c', {})];

  await bulk(world, 'delete', bodies(invoice(`<Id>${soft}</Id><Name>ignored</Name>`)));
  await bulk(world, 'delete', bodies(`<DeleteProfileConfig><id>${hard}</id></DeleteProfileConfig>`), {
    hardDelete: true,
  });
  const { results } = await bulk(world, 'delete', bodies(invoice('<Name>x</Name>'), invoice(`<Id>${soft}</Id>`)));

  expect(uploadsTo(world)).toEqual([`"Id"\n"${soft}"\n`, `"Id"\n"${hard}"\n`, `"Id"\n"${soft}"\n`]);
  expect(world.org.bulk.jobs.map(({ operation }) => operation)).toEqual(['delete', 'hardDelete', 'delete']);
  expect(results.map(({ error }) => error?.code)).toEqual(['ID_MISSING', 'SALESFORCE_ENTITY_IS_DELETED']);
});

test('Q15: each result is of its own document, whatever the order of the results', async () => {
  world.org.bulk.plan = { isPermuted: true };
  const documents = Array.from({ length: 500 }, (_, index) => ({
    id: `d${index}`,
    body: invoice(`<Name>d${index}</Name>${index % 7 === 0 ? '<Amount__c>x</Amount__c>' : ''}`),
  }));

  const { results } = await bulk(world, 'create', documents);

  expect(results).toHaveLength(500);
  for (const { inputs, status, body } of results) {
    expect(status).toBe(Number(inputs[0]?.slice(1)) % 7 === 0 ? 'applicationError' : 'success');
    expect(String(body)).toContain(`<Name>${inputs[0]}</Name>`);
  }
});

test.each([
  [
    'xml',
    (id: string) => invoice(`<Id>${id}</Id><Amount__c>x</Amount__c><Hotline__c/>`),
    (body: string) => body.replace('<Amount__c>x<', '<Amount__c>5<'),
  ],
  [
    'json',
    (id: string) => JSON.stringify({ Id: id, Amount__c: 'x', Hotline__c: null }),
    (body: string) => body.replace('"Amount__c":"x"', '"Amount__c":"5"'),
  ],
])(
  'Q40: the %s body of a row that failed may be sent again: null empties, what was absent is left alone',
  async (payloadFormat, document, mended) => {
    const id = world.org.insert('Invoice__c', { Notes__c: 'keep', Hotline__c: '1' });
    const other = world.org.insert('Invoice__c', {});
    const properties = { payloadFormat };
    const mediaType = payloadFormat === 'json' ? 'application/json' : 'application/xml';
    const notes =
      payloadFormat === 'json'
        ? `{"Id":"${other}","Notes__c":"x"}`
        : invoice(`<Id>${other}</Id><Notes__c>x</Notes__c>`);
    const send = (...texts: string[]) =>
      bulk(
        world,
        'update',
        texts.map((body) => ({ body, mediaType })),
        properties,
      );

    const first = await send(document(id), notes);
    const refused = first.results.find(({ status }) => status === 'applicationError');
    const { results } = await send(mended(String(refused?.body)));

    expect(results).toMatchObject([{ status: 'success' }]);
    const record = world.org.records('Invoice__c').find(({ Id }) => Id === id);
    expect(record).toMatchObject({ Notes__c: 'keep', Hotline__c: null, Amount__c: 5 });
  },
);
