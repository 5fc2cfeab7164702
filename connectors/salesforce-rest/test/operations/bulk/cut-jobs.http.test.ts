import type { Body, Json, Status } from '@connector-runtime/core';
import type { RuntimeConnection } from '@connector-runtime/runtime';
import { startWorld, stopWorlds } from '../../promise-world.js';
import { type Framing, json, type RawAnswer, RawService } from '../../raw-service.js';
import { HastyClock } from './hasty-clock.js';

afterEach(stopWorlds);

interface Job {
  /** What it answers with, by the last part of the path; a page of a query by its locator. */
  readonly answers: Readonly<Record<string, RawAnswer>>;
  readonly end: Readonly<Record<string, Json>>;
}

const csv = (body: string, headers: RawAnswer['headers'] = {}): RawAnswer => ({
  status: 200,
  body,
  headers: { 'content-type': 'text/csv', ...headers },
});

const partOf = (path: string): string =>
  /locator=(\w+)/.exec(path)?.[1] ?? path.replace(/\?.*/, '').split('/').at(-1) ?? '';

/** A service all of whose jobs are alike, but for where the first reading of `part` breaks off: at the byte that is the job's number. */
function cutService(part: string, framing: Framing, { answers, end }: Job): Promise<RawService> {
  let jobs = 0;
  const read = new Set<string>();
  return RawService.start(({ method, path }) => {
    if (!path.includes('/jobs/')) return 'default';
    const known = /jobs\/\w+\/(\d+)AAA/.exec(path)?.[1];
    const id = known ?? `750${String(jobs++).padStart(12, '0')}`;
    if (method === 'PUT') return { status: 201 };
    const answer = answers[partOf(path)];
    if (answer === undefined) return json({ id: `${id}AAA`, state: 'Open', ...(known && end) });
    if (partOf(path) !== part || read.has(id)) return answer;
    read.add(id);
    return { ...answer, cut: { atByte: Number(id.slice(3)), framing } };
  });
}

interface Way {
  readonly operation: string;
  readonly properties: object;
  readonly documents: readonly { readonly id: string; readonly body: string }[];
}

/** What a run came to: the texts of its outputs, and the status of each document. */
type Ending = readonly [readonly string[], Readonly<Record<string, Status>>];

async function runOnce(connection: RuntimeConnection, { operation, properties, documents }: Way): Promise<Ending> {
  const texts: string[] = [];
  const statuses: Record<string, Status> = {};
  const request = { operation, objectType: 'Thing', properties: properties as Json };
  for await (const event of connection.execute(request, documents)) {
    if (event.type === 'result') for (const id of event.inputs) statuses[id] = event.status;
    if (event.type !== 'output') continue;
    const body = event.body as string | Body;
    texts.push(typeof body === 'string' ? body : await body.text(1_000));
  }
  return [texts, statuses];
}

/** Runs the work once for each byte at which `part` can break off. */
async function runForEachByte(part: string, framing: Framing, job: Job, way: Way): Promise<readonly Ending[]> {
  const service = await cutService(part, framing, job);
  const world = await startWorld({ accounts: 1 }, { clock: new HastyClock(), limits: { repeatsPerMinute: 100_000 } });
  const properties = service.properties({ concurrent: 25 });
  const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties });
  await connection.test();
  const length = String(job.answers[part]?.body).length;
  const endings = await Promise.all(Array.from({ length }, () => runOnce(connection, way)));
  const readings = service.requests.filter(({ path }) => partOf(path) === part).length;
  await service.stop();
  expect(readings).toBeGreaterThanOrEqual(2 * length);
  return endings;
}

const FRAMINGS = ['content-length', 'chunked', 'close'] as const;

const succeeded = '"sf__Id","sf__Created","Name"\n';
const failed = '"sf__Id","sf__Error","Name"\n';
const complete = { state: 'JobComplete', numberRecordsProcessed: 2 };

describe.each<[string, string, Job['end'], Status]>([
  ['successfulResults', `${succeeded}"1","true","a"\n"2","true","b ""x"""\n`, complete, 'success'],
  ['failedResults', `${failed}"","X:m:--","a"\n"","X:m:--","b ""x"""\n`, complete, 'applicationError'],
  ['unprocessedrecords', '"Name"\n"a"\n"b ""x"""\n', { state: 'Aborted', numberRecordsProcessed: 0 }, 'failure'],
])('%s that are cut at any byte are read again:', (set, body, end, status) => {
  const answers = {
    successfulResults: csv(succeeded),
    failedResults: csv(failed),
    unprocessedrecords: csv('"Name"\n'),
    [set]: csv(body),
  };
  const rows: Way = {
    operation: 'create',
    properties: { operationApi: 'BulkAPI2.0' },
    documents: [
      { id: 'a', body: '<records><Name>a</Name></records>' },
      { id: 'b', body: '<records><Name>b "x"</Name></records>' },
    ],
  };
  const whole: Way = {
    operation: 'csvBulk',
    properties: { bulkOperation: 'insert', object: 'Thing' },
    documents: [{ id: 'a', body: 'Name\na\n"b ""x"""\n' }],
  };

  test.each(FRAMINGS)('every row has its own result (%s)', async (framing) => {
    const endings = await runForEachByte(set, framing, { answers, end }, rows);

    for (const [, statuses] of endings) expect(statuses).toEqual({ a: status, b: status });
  });

  test.each(FRAMINGS)('a CSV has the set whole (%s)', async (framing) => {
    const endings = await runForEachByte(set, framing, { answers, end }, whole);

    for (const ending of endings) expect(ending).toEqual([[body], { a: status }]);
  });
});

describe.each([
  ['first', 'results'],
  ['middle', 'p1'],
  ['last', 'p2'],
])('the %s page of a query that is cut at any byte is read again:', (_which, part) => {
  const pages = ['"Id"\n"1"\n"2"\n', '"Id"\n"3"\n', '"Id"\n"4"\n"""5"\n'] as const;
  const page = (body: string, locator: string) =>
    csv(body, { 'sforce-locator': locator, 'sforce-numberofrecords': String(body.split('\n').length - 2) });
  const job: Job = {
    answers: { results: page(pages[0], 'p1'), p1: page(pages[1], 'p2'), p2: page(pages[2], 'null') },
    end: { state: 'JobComplete', numberRecordsProcessed: 5 },
  };
  const ids = ['1', '2', '3', '4', '"5'];

  describe.each<[string, string, object, readonly unknown[]]>([
    ['XML', 'query', {}, ids.map((id) => expect.stringContaining(`<Id>${id.replace('"', '&quot;')}</Id>`))],
    [
      'JSON',
      'query',
      { payloadFormat: 'json' },
      ids.map((id) => expect.stringContaining(`"Id":${JSON.stringify(id)}`)),
    ],
    ['CSV', 'csvBulk', {}, pages],
  ])('%s', (_form, operation, more, texts) => {
    const way: Way =
      operation === 'query'
        ? {
            operation,
            properties: { operationApi: 'BulkAPI2.0', fields: ['Id'], ...more },
            documents: [{ id: 'q', body: '' }],
          }
        : { operation, properties: { bulkOperation: 'query' }, documents: [{ id: 'q', body: 'SELECT Id FROM Thing' }] };

    test.each(FRAMINGS)('no row twice, none missing (%s)', async (framing) => {
      const endings = await runForEachByte(part, framing, job, way);

      for (const ending of endings) expect(ending).toEqual([texts, { q: 'success' }]);
    });
  });
});
