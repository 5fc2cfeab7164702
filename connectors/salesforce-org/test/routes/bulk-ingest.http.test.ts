import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type Json, OrgClient, V } from '../org-client.js';

const JOBS = `${V}/jobs/ingest`;
const CSV = { 'content-type': 'text/csv' };

let client: OrgClient;
beforeEach(async () => {
  client = await OrgClient.start({ accounts: 10 });
});
afterEach(() => client.close());

const create = async (job: object): Promise<Json> => (await client.send('POST', JOBS, job)).json;
const upload = (id: string, csv: string) => client.send('PUT', `${JOBS}/${id}/batches`, csv, CSV);
const change = (id: string, state: string) => client.send('PATCH', `${JOBS}/${id}`, { state });
const status = async (id: string): Promise<Json> => (await client.get(`${JOBS}/${id}`)).json;
const results = async (id: string, set: string): Promise<string> =>
  (await client.get(`${JOBS}/${id}/${set}`, { accept: 'text/csv' })).text;

/** Runs a job to its end and gives its status and its three sets. */
async function run(job: object, csv: string): Promise<{ job: Json; sets: string[] }> {
  const { id } = await create(job);
  await upload(id, csv);
  await change(id, 'UploadComplete');
  const ended = await status(id);
  const sets = ['successfulResults', 'failedResults', 'unprocessedrecords'].map((set) => results(id, set));
  return { job: ended, sets: await Promise.all(sets) };
}

const INSERT = { object: 'Invoice__c', operation: 'insert', contentType: 'CSV', lineEnding: 'LF' };

test('a job tells what belongs to each of its states', async () => {
  const made = await client.send('POST', JOBS, {
    ...INSERT,
    operation: 'upsert',
    externalIdFieldName: 'external_id__c',
  });
  const { id } = made.json;
  const open = await client.get(`${JOBS}/${id}`);
  await upload(id, 'External_Id__c\nnew\n');
  const closed = await change(id, 'UploadComplete');
  const ended = await status(id);

  expect(made.status).toBe(200);
  expect(made.text).toContain('"apiVersion":64.0,');
  expect(made.json).toEqual({
    id,
    operation: 'upsert',
    object: 'Invoice__c',
    createdById: client.org.userId,
    createdDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+0000$/),
    systemModstamp: expect.any(String),
    state: 'Open',
    externalIdFieldName: 'External_Id__c',
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: 64,
    contentUrl: `services/data/v64.0/jobs/ingest/${id}/batches`,
    lineEnding: 'LF',
    columnDelimiter: 'COMMA',
  });
  expect(open.json).toMatchObject({ jobType: 'V2Ingest', contentUrl: made.json.contentUrl, retries: 0 });
  expect(open.json).not.toHaveProperty('numberRecordsProcessed');
  expect(Object.keys(closed.json)).toEqual([
    'id',
    'operation',
    'object',
    'createdById',
    'createdDate',
    'systemModstamp',
    'state',
    'externalIdFieldName',
    'concurrencyMode',
    'contentType',
    'apiVersion',
  ]);
  expect(closed.json.state).toBe('UploadComplete');
  expect(ended).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 1, numberRecordsFailed: 0 });
  expect(ended).not.toHaveProperty('contentUrl');
});

test('each row has its own result: cells quoted, header names as uploaded, errors with code and fields', async () => {
  const csv = 'name,Amount__c,Due_Date__c\n"a ""b"" \\ c",5,2024-01-31\nbad,5,2003-04-98\nx,1e99,\n';

  const { job, sets } = await run(INSERT, csv);

  const [invoice] = client.org.records('Invoice__c').slice(-1);
  expect(job).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 3, numberRecordsFailed: 2 });
  expect(sets).toEqual([
    `"sf__Id","sf__Created",name,Amount__c,Due_Date__c\n"${invoice?.Id}","true","a ""b"" \\ c","5","2024-01-31"\n`,
    '"sf__Id","sf__Error",name,Amount__c,Due_Date__c\n' +
      `"","INVALID_FIELD:Failed to deserialize field at col 2. Due to, '2003-04-98' is not a valid value for the type xsd:date:Due_Date__c --","bad","5","2003-04-98"\n` +
      '"","NUMBER_OUTSIDE_VALID_RANGE:Amount: value outside of valid range on numeric field: 1e99:Amount__c --","x","1e99",""\n',
    'name,Amount__c,Due_Date__c\n',
  ]);
  expect(client.org.ledger.entries).toMatchObject([
    { action: 'create', id: invoice?.Id, given: { Name: 'a "b" \\ c', Amount__c: '5', Due_Date__c: '2024-01-31' } },
  ]);
});

test('an empty cell leaves a field alone, #N/A empties it, and parents are found by their external ids', async () => {
  const account = client.org.insert('Account', { Name: 'a' });
  const id = client.org.insert('Invoice__c', { Notes__c: 'keep', Hotline__c: '1', Account__c: account });

  const { sets } = await run(
    { ...INSERT, operation: 'update' },
    `Id,Notes__c,Hotline__c,Owner.Username,Account__r.Id\n${id},,#N/A,${client.org.username},#N/A\n`,
  );

  expect(client.org.record(id)).toMatchObject({ Notes__c: 'keep', Hotline__c: null, Account__c: null });
  expect(sets[0]).toContain(`"${id}","false"`);
});

test('a parent of several types is named with its type', async () => {
  const named = (column: string) => run(INSERT, `Name,${column}\nx,${client.org.username}\n`);

  expect((await named('User:Owner.Username')).job.numberRecordsFailed).toBe(0);
  expect((await named('Group:Owner.Username')).job.errorMessage).toBe(
    'InvalidBatch : Field name not found : Group:Owner.Username',
  );
});

test('of two parents with one external id the type in the header decides', async () => {
  const lead = client.org.insert('Lead', { LastName: 'l', Company: 'l', Email: 'same@example.org' });
  const contact = client.org.insert('Contact', { LastName: 'c', Email: 'same@example.org' });
  const linked = async (column: string) => {
    await run({ object: 'Task', operation: 'insert' }, `Subject,${column}\ns,same@example.org\n`);
    return client.org.records('Task').at(-1)?.['WhoId'];
  };

  expect(await linked('lead:Who.Email')).toBe(lead);
  expect(await linked('Contact:Who.Email')).toBe(contact);
});

test('an upsert creates and updates by external id, and refuses one that stands twice in a transaction', async () => {
  const csv = 'External_Id__c,Name\nI-1,known\nnew,made\ntwice,a\ntwice,b\n,none\n';

  const { job, sets } = await run({ ...INSERT, operation: 'upsert', externalIdFieldName: 'External_Id__c' }, csv);

  expect(sets[0]?.match(/"(true|false)"/g)).toEqual(['"false"', '"true"']);
  expect(sets[1]?.match(/"(DUPLICATE_VALUE|MISSING_ARGUMENT):[^"]*"/g)).toEqual([
    '"DUPLICATE_VALUE:Duplicate external id specified: twice:External_Id__c --"',
    '"DUPLICATE_VALUE:Duplicate external id specified: twice:External_Id__c --"',
    '"MISSING_ARGUMENT:External_Id__c not specified:External_Id__c --"',
  ]);
  expect(job).toMatchObject({ numberRecordsProcessed: 5, numberRecordsFailed: 3 });
  expect(client.org.ledger.entries.map(({ key }) => key)).toEqual(['External_Id__c=I-1', 'External_Id__c=new']);
});

test('deletes take the column Id alone; a hard delete leaves nothing in the recycle bin', async () => {
  const [soft, hard] = [client.org.insert('Invoice__c', {}), client.org.insert('Invoice__c', {})];

  await run({ ...INSERT, operation: 'delete' }, `Id\n${soft}\n`);
  const again = await run({ ...INSERT, operation: 'delete' }, `Id\n${soft}\nnone\n`);
  await run({ ...INSERT, operation: 'hardDelete' }, `Id\n${hard}\n`);
  const more = await run({ ...INSERT, operation: 'delete' }, `Id,Name\n${hard},x\n`);

  const query = `SELECT Id FROM Invoice__c WHERE Id IN ('${soft}','${hard}')`;
  const bin = await client.get(`${V}/queryAll?q=${encodeURIComponent(query)}`);
  expect(bin.json.records.map(({ Id }: Json) => Id)).toEqual([soft]);
  expect(again.sets[1]).toContain(`"${soft}","ENTITY_IS_DELETED:entity is deleted:--","${soft}"`);
  expect(again.sets[1]).toContain('"none","MALFORMED_ID:malformed id none:Id --"');
  expect(more.job).toMatchObject({
    state: 'Failed',
    errorMessage: 'InvalidBatch : delete needs exactly the column Id',
  });
});

test.each([
  ['an unknown column', 'Name,Nome\nx,y\n', 'InvalidBatch : Field name not found : Nome'],
  ['a byte order mark', '\ufeffName\nx\n', 'InvalidBatch : Field name not found : \ufeffName'],
  ['a column twice', 'Name,name\nx,y\n', 'InvalidBatch : Duplicate column name : name'],
  ['too few cells', 'Name,Notes__c\nx\n', 'InvalidBatch : Row 1 has 1 cells, the header has 2'],
  ['too many cells', 'Name,Notes__c\na,b\nx,y,z\n', 'InvalidBatch : Row 2 has 3 cells, the header has 2'],
  [
    'another line end',
    'Name\r\nx\r\n',
    'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF',
  ],
  [
    'mixed line ends',
    'Name\nx\ny\r\n',
    'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF',
  ],
  ['an open quote', 'Name\n"x\n', 'InvalidBatch : The last cell has no closing quote'],
  ['a quote inside a cell', 'Name\nx"y\n', 'InvalidBatch : Row 1 has a quote inside a cell'],
])('%s fails the job, and nothing is applied', async (_what, csv, errorMessage) => {
  const { job, sets } = await run(INSERT, csv);

  expect(job).toMatchObject({ state: 'Failed', errorMessage, numberRecordsProcessed: 0, numberRecordsFailed: 0 });
  expect(client.org.ledger.entries).toEqual([]);
  expect(sets[0]).not.toContain('x');
});

test.each(['BACKQUOTE', 'CARET', 'PIPE', 'SEMICOLON', 'TAB', 'COMMA'])(
  'delimiter %s with CRLF, in and out',
  async (columnDelimiter) => {
    const sign =
      { BACKQUOTE: '`', CARET: '^', PIPE: '|', SEMICOLON: ';', TAB: '\t', COMMA: ',' }[columnDelimiter] ?? '';
    const csv = `Name${sign}Notes__c\r\n"a${sign}z"${sign}"b\r\nc"\r\n`;

    const { sets } = await run({ ...INSERT, columnDelimiter, lineEnding: 'CRLF' }, csv);

    const [invoice] = client.org.records('Invoice__c').slice(-1);
    expect(invoice).toMatchObject({ Name: `a${sign}z`, Notes__c: 'b\r\nc' });
    expect(sets[0]).toBe(
      [
        ['"sf__Id"', '"sf__Created"', 'Name', 'Notes__c'].join(sign),
        [`"${invoice?.Id}"`, '"true"', `"a${sign}z"`, '"b\r\nc"'].join(sign),
        '',
      ].join('\r\n'),
    );
  },
);

test('what does not go with a state is refused', async () => {
  const { id } = await create(INSERT);
  const deletedOpen = await client.send('DELETE', `${JOBS}/${id}`);
  const openResults = await client.get(`${JOBS}/${id}/successfulResults`);
  await upload(id, 'Name\nx\n');
  const second = await upload(id, 'Name\nx\n');
  await change(id, 'UploadComplete');
  const closedAgain = await change(id, 'UploadComplete');
  const late = await upload(id, 'Name\nx\n');
  await status(id);
  const aborted = await change(id, 'Aborted');

  for (const answer of [deletedOpen, openResults, second, closedAgain, late, aborted])
    expect([answer.status, answer.json[0].errorCode]).toEqual([400, 'INVALIDJOBSTATE']);
});

test('a deleted job is not there any more', async () => {
  const { job } = await run(INSERT, 'Name\nx\n');

  expect((await client.send('DELETE', `${JOBS}/${job.id}`)).status).toBe(204);
  for (const path of ['', '/successfulResults']) {
    const gone = await client.get(`${JOBS}/${job.id}${path}`);
    expect([gone.status, gone.json[0].errorCode]).toEqual([404, 'NOT_FOUND']);
  }
  expect((await client.get(JOBS)).json.records).toEqual([]);
  expect(client.org.bulk.jobs).toMatchObject([{ id: job.id, isDeleted: true }]);
});

test('jobs are listed', async () => {
  const { id } = await create(INSERT);

  expect((await client.get(JOBS)).json).toMatchObject({ done: true, records: [{ id }], nextRecordsUrl: null });
  expect((await client.get(`${JOBS}?jobType=Classic`)).json.records).toEqual([]);
});

test.each([
  ['no object', { operation: 'insert' }, 'INVALIDJOB'],
  ['an unknown object', { ...INSERT, object: 'Nope' }, 'INVALIDENTITY'],
  ['an unknown operation', { ...INSERT, operation: 'merge' }, 'INVALIDJOB'],
  ['an upsert without a field', { ...INSERT, operation: 'upsert' }, 'INVALIDJOB'],
  [
    'an upsert by a field that is no key',
    { ...INSERT, operation: 'upsert', externalIdFieldName: 'Notes__c' },
    'INVALIDJOB',
  ],
  ['an unknown delimiter', { ...INSERT, columnDelimiter: ',' }, 'INVALIDJOB'],
  ['a yes for an assignment rule', { ...INSERT, assignmentRuleId: 'TRUE' }, 'INVALIDJOB'],
  ['an assignment rule of 16 characters', { ...INSERT, assignmentRuleId: '01Q000000000001E' }, 'INVALIDJOB'],
  ['another content type', { ...INSERT, contentType: 'XML' }, 'INVALIDJOB'],
  ['an unknown member', { ...INSERT, colour: 'red' }, 'JSON_PARSER_ERROR'],
])('a job with %s is refused', async (_what, job, errorCode) => {
  const { status: code, json } = await client.send('POST', JOBS, job);

  expect([code, json[0].errorCode]).toEqual([400, errorCode]);
});

test.each(['01Q000000000001', '01Q000000000001EAA'])('a job takes the assignment rule %s', async (assignmentRuleId) => {
  expect(await create({ ...INSERT, assignmentRuleId })).toMatchObject({ state: 'Open', assignmentRuleId });
});

test('data that is no CSV by its type is refused', async () => {
  const { id } = await create(INSERT);
  const { status: code, json } = await client.send('PUT', `${JOBS}/${id}/batches`, '{}');

  expect([code, json[0].errorCode]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
});

test('data may come packed and results go packed', async () => {
  const { id } = await create(INSERT);
  const packed = gzipSync(`Name\n${'x\n'.repeat(1000)}`);
  await fetch(new URL(`${JOBS}/${id}/batches`, client.org.url), {
    method: 'PUT',
    headers: { authorization: `Bearer ${client.token}`, 'content-type': 'text/csv', 'content-encoding': 'gzip' },
    body: packed,
  });
  await change(id, 'UploadComplete');
  await status(id);
  const { headers, text } = await client.get(`${JOBS}/${id}/successfulResults`, { 'accept-encoding': 'gzip' });

  expect(headers.get('content-encoding')).toBe('gzip');
  expect(text.split('\n')).toHaveLength(1002);
});

test('data of more than 150 MB in base64 is refused before it is sent', async () => {
  const { id } = await create(INSERT);
  const answer = await new Promise<number | undefined>((resolve, reject) => {
    const put = request(new URL(`${JOBS}/${id}/batches`, client.org.url), {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${client.token}`,
        'content-type': 'text/csv',
        'content-length': 112_500_001,
      },
    });
    put.once('response', ({ statusCode }) => {
      put.destroy();
      resolve(statusCode);
    });
    put.once('error', reject);
    put.flushHeaders();
  });

  expect(answer).toBe(413);
  expect(await status(id)).toMatchObject({ state: 'Open' });
});

test('results are read with the version of the job', async () => {
  const { job } = await run(INSERT, 'Name\nx\n');

  expect((await client.get(`/services/data/v63.0/jobs/ingest/${job.id}/successfulResults`)).status).toBe(409);
});

describe('a plan', () => {
  const csv = `Name\n${[...Array(5).keys()].map((n) => `r${n}\n`).join('')}`;

  test('holds a job in progress for so many status requests', async () => {
    client.org.bulk.plan = { polls: 2 };
    const { id } = await create(INSERT);
    await upload(id, csv);
    await change(id, 'UploadComplete');

    const states = [(await status(id)).state, (await status(id)).state, (await status(id)).state];

    expect(states).toEqual(['InProgress', 'InProgress', 'JobComplete']);
  });

  test('lets a job never end, until it is aborted with rows unprocessed', async () => {
    client.org.bulk.plan = { polls: Number.POSITIVE_INFINITY, rows: 2 };
    const { job } = await run(INSERT, csv);
    await change(job.id, 'Aborted');

    expect(job).toMatchObject({ state: 'InProgress', numberRecordsProcessed: 2 });
    expect((await status(job.id)).state).toBe('Aborted');
    expect(await results(job.id, 'unprocessedrecords')).toBe('Name\n"r2"\n"r3"\n"r4"\n');
    expect(client.org.ledger.counts.create).toBe(2);
  });

  test('lets a held job go on', async () => {
    await client.send('POST', '/__org/bulk', { polls: -1 });
    const { job } = await run(INSERT, csv);
    await client.send('POST', '/__org/bulk', { release: true });

    expect(job.state).toBe('InProgress');
    expect((await status(job.id)).state).toBe('JobComplete');
    expect((await client.get('/__org/bulk')).json.jobs).toMatchObject([{ id: job.id, state: 'JobComplete' }]);
  });

  test('ends a job Aborted, Failed or in a state of its own', async () => {
    const ends: [string, string | undefined][] = [];
    for (const state of ['Aborted', 'Failed', 'Dreaming']) {
      client.org.bulk.plan = { state, rows: 1, errorMessage: 'why' };
      const { job } = await run(INSERT, csv);
      ends.push([job.state, job.errorMessage]);
    }

    expect(ends).toEqual([
      ['Aborted', 'why'],
      ['Failed', 'why'],
      ['Dreaming', 'why'],
    ]);
    expect(client.org.ledger.counts.create).toBe(3);
  });

  test('has counters lie and results permuted', async () => {
    client.org.bulk.plan = { failedCount: 0, isPermuted: true };
    const { job, sets } = await run(INSERT, 'Name,Amount__c\na,1\nb,x\nc,2\n');

    expect(job.numberRecordsFailed).toBe(0);
    expect(sets[0]?.match(/"[ac]"/g)).toEqual(['"c"', '"a"']);
    expect(sets[1]).toContain('"b"');
  });
});

test('a ledger that only counts keeps no entries', async () => {
  const counting = await OrgClient.start({ accounts: 1, keepLedger: false });
  await counting.send('POST', `${V}/sobjects/Account`, { Name: 'x' });
  await counting.close();

  expect(counting.org.ledger.entries).toEqual([]);
  expect(counting.org.ledger.counts).toEqual({ create: 1, update: 0, delete: 0 });
});
