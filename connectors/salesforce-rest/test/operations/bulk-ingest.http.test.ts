import type { Json } from '@connector-runtime/core';
import { bodies, type Ran, type RunningOrg, run, runOrg } from '../running-org.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

const FAST = { operationApi: 'BulkAPI2.0', pollInitialMs: 10, pollMaxMs: 20 };

async function bulk(operation: string, documents: Parameters<typeof run>[2], properties: object = {}): Promise<Ran> {
  const connection = await world.connect();
  return run(
    connection,
    { operation, objectType: 'Invoice__c', properties: { ...FAST, ...properties } as Json },
    documents,
  );
}

const invoice = (fields: string) => `<records type="Invoice__c">${fields}</records>`;
const paths = () =>
  world.org.requests.entries
    .map(({ method, path }) => `${method} ${path.replace(/.*\/v64\.0/, '').replace(/750\w+/, 'ID')}`)
    .filter((line) => line.includes('/jobs/'));
const uploads = () => world.org.requests.entries.filter(({ kind }) => kind === 'jobUpload').map(({ body }) => body);

test('documents become rows of one job, and each gets the result of its row', async () => {
  const { results } = await bulk(
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
  expect(uploads()).toEqual(['"Name","Amount__c"\n"good","5.10"\n"bad","x"\n"plain",""\n']);
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
    'update',
    bodies(
      invoice(`<Id>${id}</Id><Hotline__c ${nil}/><Status__c/>`),
      invoice(`<Id>${other}</Id><Notes__c>x</Notes__c>`),
    ),
    {
      bulkHeader: 'Id, Hotline__c ,Status__c,Notes__c',
    },
  );

  expect(uploads()).toEqual([
    `"Id","Hotline__c","Status__c","Notes__c"\n"${id}","#N/A","#N/A",""\n"${other}","","","x"\n`,
  ]);
  expect(world.org.record(id)).toMatchObject({ Notes__c: 'keep', Hotline__c: null, Status__c: null });
  expect(world.org.record(other)).toMatchObject({ Notes__c: 'x', Hotline__c: '1' });
});

test('a declaration of a namespace is neither a type nor a null, whatever its prefix is', async () => {
  const body =
    '<records xmlns:type="Account"><Name xmlns:nil="1">n</Name><Notes__c xmlns:nil="true">x</Notes__c></records>';

  const { results } = await bulk('create', bodies(body));

  expect(results.map(({ status }) => status)).toEqual(['success']);
  expect(uploads()).toEqual(['"Name","Notes__c"\n"n","x"\n']);
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
  const { results } = await bulk('create', bodies(invoice(`<Name>n</Name><Notes__c>${escaped}</Notes__c>`)));

  expect(results[0]?.status).toBe('success');
  expect(world.org.ledger.entries.at(-1)?.given?.['Notes__c']).toBe(text);
});

test('parents are named by their external ids, also where they may be of several types', async () => {
  const account = world.org.records('Account')[0]?.Id;
  await bulk(
    'create',
    bodies(
      invoice(
        `<Name>x</Name><Owner><Username>${world.org.username}</Username></Owner><account__r><id>${account}</id></account__r>`,
      ),
    ),
  );

  expect(uploads()[0]?.split('\n')[0]).toBe('"Name","User:Owner.Username","Account__r.Id"');
  expect(world.org.records('Invoice__c').at(-1)).toMatchObject({ OwnerId: world.org.userId, Account__c: account });
});

test.each<[string, string, string]>([
  ['an unknown field', invoice('<Nome>x</Nome>'), 'Nome is no field of Invoice__c; did you mean Name?'],
  ['an unknown parent', invoice('<Ownr><Username>x</Username></Ownr>'), 'did you mean Owner?'],
  ['a field twice', invoice('<Name>a</Name><Name>b</Name>'), 'Name stands there twice'],
  ['a field twice, in another case', invoice('<Name>a</Name><NAME>b</NAME>'), 'names Name twice'],
  ['text beside elements', invoice('x<Name>a</Name>'), 'text stands beside elements'],
  ['levels that no row has', invoice('<Owner><Manager><Username>x</Username></Manager></Owner>'), 'two levels below'],
  ['another object type', '<records type="Account"><Name>x</Name></records>', 'the document is a Account'],
  ['a value that means something else', invoice('<Name>#N/A</Name>'), 'takes #N/A in Name'],
  ['no XML', 'Name=x', 'the document cannot be sent'],
  ['a DOCTYPE', '<!DOCTYPE a><records/>', 'DOCTYPE'],
  ['a NUL', invoice('<Name>\0</Name>'), 'the document cannot be sent'],
])('Q16: a document with %s is refused alone', async (_what, document, message) => {
  const { results } = await bulk('create', bodies(invoice('<Name>a</Name>'), document, invoice('<Name>b</Name>')));

  const byId = new Map(results.map((result) => [result.inputs[0], result]));
  expect(Object.fromEntries([...byId].map(([id, { status }]) => [id, status]))).toEqual({
    'doc-1': 'success',
    'doc-2': 'applicationError',
    'doc-3': 'success',
  });
  expect(byId.get('doc-2')?.message).toContain(message);
  expect(world.org.bulk.jobs).toHaveLength(1);
});

test('Q20: documents that all cannot become rows make no job, nor do no documents', async () => {
  await bulk('create', bodies('no', 'neither'));
  await bulk('create', []);

  expect(world.org.bulk.jobs).toEqual([]);
});

test('jobs are divided by the bytes of their CSV, on the borders of records, each with the header', async () => {
  const long = 'ä'.repeat(15_000);
  await bulk(
    'create',
    Array.from({ length: 70 }, (_, index) => ({ body: invoice(`<Name>n${index}</Name><Notes__c>${long}</Notes__c>`) })),
    { batchSize: 1 },
  );

  const sizes = world.org.requests.entries.filter(({ kind }) => kind === 'jobUpload').map(({ bodyBytes }) => bodyBytes);
  expect(sizes).toHaveLength(3);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000_000);
  expect(sizes[0]).toBeGreaterThan(960_000);
  expect(uploads().every((csv) => csv?.startsWith('"Name","Notes__c"\n"n'))).toBe(true);
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
  const { results } = await bulk('create', bodies(large, good, large, good), { batchSize: 1 });

  expect(Object.fromEntries(results.map(({ inputs, status, error }) => [inputs[0], error?.code ?? status]))).toEqual({
    'doc-1': 'ROW_TOO_LARGE',
    'doc-2': 'success',
    'doc-3': 'ROW_TOO_LARGE',
    'doc-4': 'success',
  });
});

test.each([0, 151, 1.5])('Q41: a batch size of %d is refused', async (batchSize) => {
  await expect(bulk('create', [], { batchSize })).rejects.toMatchObject({ info: { path: '/batchSize' } });
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
  expect(uploads().map((csv) => (csv?.split('\n').length ?? 0) - 2)).toEqual([2, 1, 1]);
});

test('a yes or no for an assignment rule is refused: a job takes the id of one', async () => {
  const { results } = await bulk('create', [
    { body: invoice('<Name>x</Name>'), properties: { assignmentRuleId: 'TRUE' } },
  ]);

  expect(results).toMatchObject([{ status: 'applicationError', error: { code: 'ASSIGNMENT_RULE_UNSUITABLE' } }]);
});

test('an upsert goes by its external id, from the document or its properties; a key that comes again waits for its job', async () => {
  const { results } = await bulk(
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

test('half of a surrogate pair is no key: it would be written as another one', async () => {
  const { results } = await bulk(
    'upsert',
    ['k\ud800', '\udc00', '\ud83d\ude00'].map((externalIdValue) => ({
      body: invoice('<Name>x</Name>'),
      properties: { externalIdValue },
    })),
    { externalIdFieldName: 'External_Id__c' },
  );

  const refusal = { code: 'VALUE_INEXPRESSIBLE', effect: 'none', path: 'External_Id__c' };
  expect(results.filter(({ status }) => status === 'applicationError')).toMatchObject([
    { inputs: ['doc-1'], error: refusal },
    { inputs: ['doc-2'], error: refusal },
  ]);
  expect(world.org.ledger.entries.map(({ key }) => key)).toEqual(['External_Id__c=😀']);
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

test('a parent that the user cannot see is asked for once, however many documents name it', async () => {
  const hidden = { kind: 'describe', path: '/sobjects/User/', action: 'error', status: 404 } as const;
  world.org.faults.add({ ...hidden, errorCode: 'NOT_FOUND', message: 'gone', times: Infinity });
  const owned = (key: string) => invoice(`<Name>x</Name><Owner><${key}>x</${key}></Owner>`);

  const { results } = await bulk('create', bodies(owned('Username'), owned('Username'), owned('Alias')));

  expect(results.map(({ error }) => error?.code)).toEqual(['FIELD_UNKNOWN', 'FIELD_UNKNOWN', 'FIELD_UNKNOWN']);
  const asked = world.org.requests.entries.filter(({ path }) => path.includes('/sobjects/User/'));
  expect([asked.length, world.org.requests.count('objects')]).toEqual([1, 0]);
});

test('an upsert without its field, and columns that are not there, are mistakes of the configuration', async () => {
  const refusalOf = async (operation: string, properties: object) =>
    (await bulk(operation, bodies(invoice('<Name>x</Name>')), properties)).summary.error;

  expect(await refusalOf('upsert', {})).toMatchObject({ category: 'config', path: '/externalIdFieldName' });
  expect(await refusalOf('upsert', { externalIdFieldName: 'Nope' })).toMatchObject({ code: 'FIELD_UNKNOWN' });
  expect(await refusalOf('create', { bulkHeader: 'Name,Nots__c' })).toMatchObject({
    category: 'config',
    path: '/bulkHeader',
    message: expect.stringContaining('did you mean Notes__c?'),
  });
  expect(world.org.bulk.jobs).toEqual([]);
});

test('a delete takes the id alone; a hard delete leaves nothing behind', async () => {
  const [soft, hard] = [world.org.insert('Invoice__c', {}), world.org.insert('Invoice__c', {})];

  await bulk('delete', bodies(invoice(`<Id>${soft}</Id><Name>ignored</Name>`)));
  await bulk('delete', bodies(`<DeleteProfileConfig><id>${hard}</id></DeleteProfileConfig>`), { hardDelete: true });
  const { results } = await bulk('delete', bodies(invoice('<Name>x</Name>'), invoice(`<Id>${soft}</Id>`)));

  expect(uploads()).toEqual([`"Id"\n"${soft}"\n`, `"Id"\n"${hard}"\n`, `"Id"\n"${soft}"\n`]);
  expect(world.org.bulk.jobs.map(({ operation }) => operation)).toEqual(['delete', 'hardDelete', 'delete']);
  expect(results.map(({ error }) => error?.code)).toEqual(['ID_MISSING', 'SALESFORCE_ENTITY_IS_DELETED']);
});

test('Q31: an update without an id is refused', async () => {
  const { results } = await bulk('update', bodies(invoice('<Id> </Id><Name>x</Name>')));

  expect(results).toMatchObject([{ status: 'applicationError', error: { code: 'ID_MISSING' } }]);
});

test('documents of many shapes go into few jobs: one that brings a new field begins a new one', async () => {
  const some = ['<Name>a</Name>', '<Name>b</Name><Notes__c>n</Notes__c>', '<Notes__c>m</Notes__c><Name>c</Name>'];
  await bulk('create', bodies(...some.map(invoice)));

  expect(uploads()).toEqual(['"Name","Notes__c"\n"a",""\n"b","n"\n"c","m"\n']);
});

test('Q15: each result is of its own document, whatever the order of the results', async () => {
  world.org.bulk.plan = { isPermuted: true };
  const documents = Array.from({ length: 500 }, (_, index) => ({
    id: `d${index}`,
    body: invoice(`<Name>d${index}</Name>${index % 7 === 0 ? '<Amount__c>x</Amount__c>' : ''}`),
  }));

  const { results } = await bulk('create', documents);

  expect(results).toHaveLength(500);
  for (const { inputs, status, body } of results) {
    expect(status).toBe(Number(inputs[0]?.slice(1)) % 7 === 0 ? 'applicationError' : 'success');
    expect(String(body)).toContain(`<Name>${inputs[0]}</Name>`);
  }
});

test('JSON documents: numbers keep their digits, null and empty text empty a field, parents are objects; results are JSON', async () => {
  const record = `{"attributes":{"type":"Invoice__c"},"Name":"a \\"b\\" \\u00e9","Amount__c":12345678901234.10,"Is_Paid__c":true,"Notes__c":null,"Hotline__c":"","Owner":{"Username":${JSON.stringify(world.org.username)}}}`;
  const { results } = await bulk('create', [{ body: record, mediaType: 'application/json' }], {
    payloadFormat: 'json',
  });

  expect(uploads()).toEqual([
    `"Name","Amount__c","Is_Paid__c","Notes__c","Hotline__c","User:Owner.Username"\n"a ""b"" é","12345678901234.10","true","#N/A","#N/A","${world.org.username}"\n`,
  ]);
  expect(results[0]?.mediaType).toBe('application/json');
  expect(JSON.parse(String(results[0]?.body))).toEqual({
    attributes: { type: 'Invoice__c' },
    sf__Id: world.org.records('Invoice__c').at(-1)?.Id,
    sf__Created: 'true',
    Name: 'a "b" é',
    Amount__c: '12345678901234.10',
    Is_Paid__c: 'true',
    Notes__c: null,
    Hotline__c: null,
    Owner: { attributes: { type: 'User' }, Username: world.org.username },
  });
});

test.each<[string, string, string]>([
  ['a list', '{"Name":["a"]}', 'Name is a list'],
  ['a NUL', '{"Name":"a\\u0000"}', 'Name holds a NUL character'],
  ['half a character', '{"Name":"a\\ud800"}', 'half of a surrogate pair'],
  ['a parent in both ways', '{"Owner":{"Username":"a"},"Owner.Username":"b"}', 'Owner.Username stands there twice'],
  ['levels that no row has', '{"Owner":{"Manager":{"Username":"x"}}}', 'Owner holds records two levels below it'],
  ['a name twice', '{"Name":"a","Name":"b"}', 'twice'],
  ['another object type', '{"attributes":{"type":"Account"},"Name":"a"}', 'the document is a Account'],
  ['no JSON', '<records/>', 'unexpected'],
])('a JSON document with %s is refused', async (_what, body, message) => {
  const { results } = await bulk('create', [{ body, mediaType: 'application/json' }], { payloadFormat: 'json' });

  expect(results).toMatchObject([{ status: 'applicationError' }]);
  expect(results[0]?.message).toContain(message);
});
