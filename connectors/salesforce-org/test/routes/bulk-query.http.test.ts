import { type Json, OrgClient, V } from '../org-client.js';

const JOBS = `${V}/jobs/query`;

let client: OrgClient;
beforeEach(async () => {
  client = await OrgClient.start({ accounts: 10 });
});
afterEach(() => client.close());

const create = (query: string, more: object = {}) =>
  client.send('POST', JOBS, { operation: 'query', contentType: 'CSV', query, ...more });

async function complete(query: string, more: object = {}): Promise<string> {
  const { id } = (await create(query, more)).json;
  await client.get(`${JOBS}/${id}`);
  return id;
}

const page = (id: string, query = '') => client.get(`${JOBS}/${id}/results${query}`, { accept: 'text/csv' });

test('a job tells what belongs to each of its states', async () => {
  const made = await create('SELECT Id FROM account');
  const { id } = made.json;
  const early = await page(id);
  const ended = await client.get(`${JOBS}/${id}`);

  expect(made.json).toEqual({
    id,
    operation: 'query',
    object: 'Account',
    createdById: client.org.userId,
    createdDate: expect.any(String),
    systemModstamp: expect.any(String),
    state: 'UploadComplete',
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: 64,
    lineEnding: 'LF',
    columnDelimiter: 'COMMA',
  });
  expect([early.status, early.json[0].errorCode]).toEqual([400, 'INVALIDJOBSTATE']);
  expect(ended.json).toMatchObject({
    state: 'JobComplete',
    jobType: 'V2Query',
    numberRecordsProcessed: 10,
    retries: 0,
  });
});

test('pages follow each other by locator, the last says null', async () => {
  const id = await complete('SELECT Name FROM Account ORDER BY Name');
  const first = await page(id, '?maxRecords=4');
  const second = await page(id, `?locator=${first.headers.get('sforce-locator')}&maxRecords=4`);
  const last = await page(id, `?locator=${second.headers.get('sforce-locator')}&maxRecords=4`);

  const told = [first, second, last].map(({ headers }) => headers.get('sforce-numberofrecords'));
  const rows = [first, second, last].flatMap(({ text }) => text.trim().split('\n').slice(1));
  expect(told).toEqual(['4', '4', '2']);
  expect(last.headers.get('sforce-locator')).toBe('null');
  expect([first, second, last].every(({ text }) => text.startsWith('"Name"\n'))).toBe(true);
  expect(new Set(rows).size).toBe(10);
  expect(client.org.ledger.rowsServed).toBe(10);
});

test('values are text: parents under their path, numbers with a fraction, moments in UTC, null as nothing', async () => {
  const id = client.org.insert('Invoice__c', {
    Name: 'a "b", c',
    Amount__c: 12,
    Sent_At__c: '2025-01-31T10:00:00Z',
    Is_Paid__c: true,
  });
  const job = await complete(
    `SELECT Name, Amount__c, Sent_At__c, Is_Paid__c, Notes__c, Account__r.Owner.Name, Owner.Name FROM Invoice__c WHERE Id = '${id}'`,
    { columnDelimiter: 'PIPE', lineEnding: 'CRLF' },
  );

  expect((await page(job)).text).toBe(
    '"Name"|"Amount__c"|"Sent_At__c"|"Is_Paid__c"|"Notes__c"|"Account__r.Owner.Name"|"Owner.Name"\r\n' +
      `"a ""b"", c"|"12.0"|"2025-01-31T10:00:00.000Z"|"true"|""|""|"${client.org.record(client.org.userId)?.['Name']}"\r\n`,
  );
});

test('queryAll shows deleted records too', async () => {
  const id = client.org.insert('Invoice__c', { Name: 'gone' });
  await client.send('DELETE', `${V}/sobjects/Invoice__c/${id}`);
  const soql = `SELECT Id FROM Invoice__c WHERE Id = '${id}'`;

  expect((await page(await complete(soql))).text).toBe('"Id"\n');
  expect((await page(await complete(soql, { operation: 'queryAll' }))).text).toBe(`"Id"\n"${id}"\n`);
});

test.each([
  ['SELECT Id, (SELECT Id FROM Contacts) FROM Account', 'API_ERROR'],
  ['SELECT COUNT() FROM Account', 'API_ERROR'],
  ['SELECT MAX(Name) FROM Account', 'API_ERROR'],
  ['SELECT Industry FROM Account GROUP BY Industry', 'API_ERROR'],
  ['SELECT Id FROM Account OFFSET 2', 'API_ERROR'],
  ['SELECT FIELDS(ALL) FROM Invoice__c LIMIT 10', 'API_ERROR'],
  ['SELECT FIELDS(CUSTOM) FROM Invoice__c LIMIT 10', 'API_ERROR'],
  ['SELECT BillingAddress FROM Account', 'API_ERROR'],
  ['SELECT Owner.Address FROM Account', 'INVALID_FIELD'],
  ['SELECT Nope FROM Account', 'INVALID_FIELD'],
  ['SELECT Id FROM Nope', 'INVALID_TYPE'],
  ['SELECT Id FROM', 'MALFORMED_QUERY'],
])('%s is refused: %s', async (soql, errorCode) => {
  const { status, json } = await create(soql);

  expect([status, json[0].errorCode]).toEqual([400, errorCode]);
});

test('the standard fields are there together', async () => {
  const header = (await page(await complete('SELECT FIELDS(STANDARD) FROM Invoice__c LIMIT 1'))).text.split('\n')[0];

  expect(header).toContain('"Id"');
  expect(header).not.toContain('__c');
});

test('a job is aborted, deleted and listed', async () => {
  client.org.bulk.plan = { polls: Number.POSITIVE_INFINITY };
  const { id } = (await create('SELECT Id FROM Account')).json;
  const held = (await client.get(`${JOBS}/${id}`)).json.state;
  const early = await client.send('DELETE', `${JOBS}/${id}`);
  const aborted = await client.send('PATCH', `${JOBS}/${id}`, { state: 'Aborted' });
  const listed: Json = (await client.get(JOBS)).json;
  const ingestJobs: Json = (await client.get(`${JOBS}?jobType=V2Ingest`)).json;
  const deleted = await client.send('DELETE', `${JOBS}/${id}`);

  expect([held, early.status, aborted.json.state, deleted.status]).toEqual(['InProgress', 400, 'Aborted', 204]);
  expect(listed).toMatchObject({ done: true, records: [{ id }] });
  expect(ingestJobs.records).toEqual([]);
  expect((await client.get(`${JOBS}/${id}`)).status).toBe(404);
});

test('a locator or number of records that is none is refused', async () => {
  const id = await complete('SELECT Id FROM Account');

  expect((await page(id, '?locator=MTAwMDA')).json[0].errorCode).toBe('INVALID_QUERY_LOCATOR');
  expect((await page(id, '?maxRecords=0')).status).toBe(400);
});

test('a result page may be cut', async () => {
  const id = await complete('SELECT Id FROM Account');
  client.org.faults.add({ kind: 'jobResults', action: 'cut', atByte: 20 });

  await expect(page(id)).rejects.toThrow();
  expect((await page(id)).status).toBe(200);
});
