import type { Json } from '@connector-runtime/core';
import { PassingClock } from '../../passing-clock.js';
import { json, type RawAnswer, RawService } from '../../raw-service.js';
import { bodies, type Ran, type RunningOrg, run, runOrg } from '../../running-org.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg({ accounts: 25 });
});
afterEach(() => world.stop());

const FAST = { operationApi: 'BulkAPI2.0', pollInitialMs: 10, pollMaxMs: 20 };

async function query(properties: object, objectType = 'Account', documents?: Parameters<typeof run>[2]): Promise<Ran> {
  const connection = await world.connect();
  return run(connection, { operation: 'query', objectType, properties: { ...FAST, ...properties } as Json }, documents);
}

const paths = () =>
  world.org.requests.entries
    .map(({ method, path }) => `${method} ${path.replace(/.*\/v64\.0/, '').replace(/750\w+/, 'ID')}`)
    .filter((line) => line.includes('/jobs/'));

test('Q40: each row becomes a document, parents nested again, null as nil', async () => {
  const id = world.org.insert('Invoice__c', { Name: 'a <b> "c"\\', Amount__c: 12, External_Id__c: 'X1' });

  const { outputs, results } = await query(
    {
      fields: ['Id', 'Name', 'Amount__c', 'Notes__c', 'Owner/Name', 'Account__r/Owner/Name'],
      filter: { field: 'External_Id__c', operator: 'EQUALS', value: 'X1' },
    },
    'Invoice__c',
  );

  const owner = world.org.record(world.org.userId)?.['Name'];
  expect(outputs.map(({ body }) => body)).toEqual([
    `<records xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" type="Invoice__c"><Id>${id}</Id><Name>a &lt;b&gt; &quot;c&quot;\\</Name><Amount__c>12.0</Amount__c><Notes__c xsi:nil="true"/><Owner><Name>${owner}</Name></Owner><Account__r><Owner><Name xsi:nil="true"/></Owner></Account__r></records>`,
  ]);
  expect(results).toMatchObject([{ status: 'success', code: '200' }]);
  expect(paths()).toEqual(['POST /jobs/query', 'GET /jobs/query/ID', 'GET /jobs/query/ID/results']);
});

test('the object type of a parent that may be of several stands in its place', async () => {
  const WhoId = world.org.insert('Lead', { LastName: 'L', Company: 'C' });
  world.org.insert('Task', { Subject: 'typed', WhoId });
  const filter = {
    and: [
      { field: 'Who/Type', operator: 'IN_LIST', value: ['Lead'] },
      { field: 'Subject', operator: 'EQUALS', value: 'typed' },
    ],
  };

  const { outputs } = await query({ fields: ['Subject', 'Who/Type'], filter, payloadFormat: 'json' }, 'Task');

  expect(outputs.map(({ body }) => JSON.parse(String(body)))).toMatchObject([
    { Subject: 'typed', Who: { Type: 'Lead' } },
  ]);
});

test('pages follow each other to the end, each row once, and the page size is asked for', async () => {
  await world.stop();
  world = await runOrg({ accounts: 900 });

  const { outputs, summary } = await query({ fields: ['Id'], pageSize: 200 });

  expect(new Set(outputs.map(({ body }) => body)).size).toBe(900);
  expect(summary.complete).toBe(true);
  expect(paths().filter((path) => path.includes('/results'))).toEqual([
    'GET /jobs/query/ID/results?maxRecords=200',
    'GET /jobs/query/ID/results?locator=MjAw&maxRecords=200',
    'GET /jobs/query/ID/results?locator=NDAw&maxRecords=200',
    'GET /jobs/query/ID/results?locator=NjAw&maxRecords=200',
    'GET /jobs/query/ID/results?locator=ODAw&maxRecords=200',
  ]);
});

test('deleted records are shown where that is asked for', async () => {
  world.org.insert('Account', { Name: 'x' });

  await query({ fields: ['Id'], includeDeleted: true });

  expect(world.org.bulk.jobs[0]?.operation).toBe('queryAll');
});

test('no row is no output, and a success', async () => {
  const { outputs, results } = await query({
    fields: ['Id'],
    filter: { field: 'Name', operator: 'EQUALS', value: 'nobody' },
  });

  expect([outputs, results[0]?.status]).toEqual([[], 'success']);
});

test('child records are refused before anything is sent', async () => {
  const { summary } = await query({ fields: ['Name', 'Contacts/records/Name'] });

  expect(summary.error).toMatchObject({
    code: 'BULK_CHILDREN_UNSUPPORTED',
    path: '/fields/1',
    message: expect.stringContaining('use RESTAPI'),
  });
  expect(paths()).toEqual([]);
});

test.each<[string, Record<string, string>, string]>([
  ['Account', { Name: 'n', BillingCity: 'Ulm' }, 'BillingCity'],
  ['Contact', { LastName: 'n', MailingCity: 'Ulm' }, 'MailingCity'],
  ['Lead', { LastName: 'n', Company: 'c', City: 'Ulm' }, 'City'],
])('without fields all of %s are read, compound ones by their parts', async (objectType, values, city) => {
  world.org.insert(objectType, values);

  const { outputs, results } = await query({}, objectType);

  expect(results).toMatchObject([{ status: 'success' }]);
  expect(outputs.some(({ body }) => String(body).includes(`<${city}>Ulm</${city}>`))).toBe(true);
  expect(outputs.some(({ body }) => String(body).includes('Address>'))).toBe(false);
});

test.each([
  ['Account', 'BillingAddress', 'BillingStreet, BillingCity'],
  ['Lead', 'address', 'Street, City'],
  ['Contact', 'Account/ShippingAddress', 'Account/ShippingStreet, Account/ShippingCity'],
])(
  'of %s, the compound field %s is refused before anything is sent, with its parts',
  async (objectType, path, parts) => {
    const { summary } = await query({ fields: ['Id', path] }, objectType);

    expect(summary.error).toMatchObject({
      category: 'config',
      code: 'BULK_COMPOUND_UNSUPPORTED',
      path: '/fields/1',
      message: expect.stringContaining(`${path}; name its parts (${parts}`),
    });
    expect(paths()).toEqual([]);
  },
);

test('Q41: a batch size is no property of a query: nothing about it can break one', async () => {
  await expect(query({ fields: ['Id'], batchSize: 0 })).rejects.toMatchObject({ info: { path: '/batchSize' } });
  expect((await query({ fields: ['Id'] })).results[0]?.status).toBe('success');
});

test('Q19, Q21: each document is its own job with its own headers, and one that fails leaves the others alone', async () => {
  world.org.faults.add({
    kind: 'jobCreate',
    nth: 2,
    action: 'error',
    status: 400,
    errorCode: 'MALFORMED_QUERY',
    message: 'no',
  });
  const documents = bodies('', '', '').map((document, index) => ({
    ...document,
    properties: { restHeaders: { 'X-Caller': `n${index}` } },
  }));

  const { results } = await query({ fields: ['Id'] }, 'Account', documents);

  expect(results.map(({ status }) => status)).toEqual(['success', 'applicationError', 'success']);
  const callers = world.org.requests.entries
    .filter(({ path }) => path.includes('/jobs/'))
    .map(({ headers }) => headers['x-caller']);
  expect(callers).toEqual(['n0', 'n0', 'n0', 'n1', 'n2', 'n2', 'n2']);
});

test.each<[string, object, string]>([
  ['Failed', { state: 'Failed', errorMessage: 'InternalServerError : x' }, 'BULK_JOB_FAILED'],
  ['Aborted', { state: 'Aborted' }, 'BULK_JOB_ABORTED'],
])('a job that ends %s is a failure that names it', async (_state, plan, code) => {
  world.org.bulk.plan = plan;

  const { results } = await query({ fields: ['Id'] });

  const jobId = world.org.bulk.jobs[0]?.id;
  expect(results).toMatchObject([{ status: 'failure', error: { code, step: 'get bulk status', service: { jobId } } }]);
  expect(world.org.bulk.jobs).toMatchObject([{ isDeleted: false }]);
  expect(world.org.requests.count('jobChange')).toBe(0);
});

test('a job that never ends is aborted and deleted at the deadline', async () => {
  await world.stop();
  const clock = new PassingClock();
  world = await runOrg({}, { clock });
  world.org.bulk.plan = { polls: Number.POSITIVE_INFINITY };
  const fault = world.org.faults.add({ kind: 'jobStatus', nth: 3, action: 'hold' });
  const running = run(
    await world.connect(),
    { operation: 'query', objectType: 'Account', properties: { ...FAST, fields: ['Id'] } as Json },
    undefined,
    { deadlineMs: 10_000 },
  );
  await fault.reached();

  clock.pass(10_000);
  fault.release();
  const { summary } = await running;

  expect(summary.complete).toBe(false);
  expect(world.org.bulk.jobs).toMatchObject([{ state: 'Aborted', isDeleted: true }]);
});

describe('of a service that is not honest', () => {
  const pages = ['"Id"\n"1"\n"2"\n', '"Id"\n"3"\n', '"Id"\n"4"\n"5"\n'];

  /** Makes another answer of the one for a page. */
  type Spoil = (page: number, honest: RawAnswer) => RawAnswer;
  const jobId = '750000000000001AAA';

  /** Runs a query over three pages. */
  async function run3(spoil: Spoil, numberRecordsProcessed: number): Promise<Ran> {
    const service = await RawService.start(({ path }) => {
      if (path.includes('/results')) {
        const page = Number(/locator=p(\d)/.exec(path)?.[1] ?? 0);
        const headers = {
          'content-type': 'text/csv',
          'sforce-locator': page < 2 ? `p${page + 1}` : 'null',
          'sforce-numberofrecords': String((pages[page] ?? '').split('\n').length - 2),
        };
        return spoil(page, { status: 200, body: pages[page] ?? '', headers });
      }
      const state = path.endsWith('/jobs/query') ? 'UploadComplete' : 'JobComplete';
      return path.includes('/jobs/') ? json({ id: jobId, state, numberRecordsProcessed }) : 'default';
    });
    const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });
    const request = { operation: 'query', objectType: 'Thing', properties: { ...FAST, fields: ['Id'] } as Json };
    const ran = await run(connection, request);
    await service.stop();
    return ran;
  }

  test.each<[string, Spoil, number, string]>([
    ['counts more rows than it gives', (_page, honest) => honest, 6, 'PAGES_INCOMPLETE'],
    ['counts fewer rows than it gives', (_page, honest) => honest, 4, 'PAGES_INCOMPLETE'],
    [
      'names a page again',
      (page, honest) => (page === 1 ? { ...honest, headers: { ...honest.headers, 'sforce-locator': 'p1' } } : honest),
      99,
      'PAGES_INCOMPLETE',
    ],
    [
      'says nothing of the next page',
      (page, honest) => (page === 1 ? { ...honest, headers: { 'content-type': 'text/csv' } } : honest),
      5,
      'LOCATOR_MISSING',
    ],
    [
      'says another number of rows, each time',
      (page, honest) =>
        page === 1 ? { ...honest, headers: { ...honest.headers, 'sforce-numberofrecords': '2' } } : honest,
      5,
      'PAGE_INCOMPLETE',
    ],
    [
      'answers with a page for people',
      () => ({ status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }),
      5,
      'ANSWER_UNEXPECTED',
    ],
    [
      'gives a page that is no CSV',
      (page, honest) => (page === 1 ? { ...honest, body: '"Id"\nx"y"\n' } : honest),
      5,
      'PAGE_UNREADABLE',
    ],
  ])('that %s: never a silent shortfall', async (_what, spoil, processed, code) => {
    const { outputs, results } = await run3(spoil, processed);

    expect(results).toMatchObject([
      { status: 'failure', error: { code, step: 'get bulk query results', service: { jobId } } },
    ]);
    expect(new Set(outputs.map(({ body }) => body)).size).toBe(outputs.length);
  });
});
