import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { ManyRows, ManyRowsReport } from './run-many.js';

const PACKAGE = path.dirname(require.resolve('@connector-runtime/salesforce-rest/package.json'));
const SERVICE = path.join(PACKAGE, 'bench', 'service.mjs');
const RUN = path.join(__dirname, 'run-many.js');

/** For objects and texts: no run could keep its rows in it. */
const HEAP_MIB = 64;
/** Of the whole process, Node and buffers outside the heap included. */
const PEAK_MIB = 256;
/** Without a turn of the event loop. */
const BUSY_MS = 100;

function expectTurns({ busyMs }: ManyRowsReport): void {
  // Linux alone tells the time of one thread.
  if (process.platform === 'linux') expect(busyMs).toBeGreaterThan(0);
  expect(busyMs).toBeLessThan(BUSY_MS);
}

const children: ChildProcess[] = [];
afterEach(async () => {
  const running = children.splice(0).filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  await Promise.all(
    running.map((child) => {
      child.kill('SIGKILL');
      return once(child, 'close');
    }),
  );
});

/** Starts a service of so many rows, made from few; its origin. */
async function serve(rows: object): Promise<string> {
  const service = spawn(process.execPath, [SERVICE, JSON.stringify({ repeats: true, ...rows })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(service);
  const [url] = (await once(createInterface(service.stdout), 'line')) as [string];
  return url;
}

/** Runs an operation in a process with a small heap, which breaks off where that is full. */
async function runMany(what: ManyRows): Promise<ManyRowsReport> {
  const heap = [`--max-old-space-size=${HEAP_MIB}`, '--max-semi-space-size=8'];
  const child = spawn(process.execPath, [...heap, RUN, JSON.stringify(what)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (said === '') throw new Error(`the run broke off: ${child.signalCode ?? child.exitCode}`);
  return JSON.parse(said) as ManyRowsReport;
}

const ROWS = 1_000_000;
const fields = ['Id', 'Name', 'Website', 'AnnualRevenue'];
const bulk = { operationApi: 'BulkAPI2.0', pollInitialMs: 10, pollMaxMs: 50 };

test.each([
  ['XML', { fields, payloadFormat: 'xml' }],
  ['JSON', { fields, payloadFormat: 'json' }],
  ['XML, over Bulk API 2.0', { ...bulk, fields, payloadFormat: 'xml' }],
  ['JSON, over Bulk API 2.0', { ...bulk, fields, payloadFormat: 'json' }],
])(
  'a million rows are read in a small heap, with turns of the event loop: %s',
  async (_format, properties) => {
    const url = await serve({ rows: ROWS, bulkRows: ROWS });

    const report = await runMany({ url, operation: 'query', properties, records: 0 });

    expect(report).toMatchObject({ isComplete: true, outputs: ROWS, successes: 1 });
    expect(report.peakMiB).toBeLessThan(PEAK_MIB);
    expectTurns(report);
  },
  60_000,
);

test.each([
  ['create', ROWS],
  ['update', 300_000],
] as const)(
  'rows of more than one job are written in a small heap, with turns of the event loop: %s of %d',
  async (operation, records) => {
    const url = await serve({});

    const report = await runMany({ url, operation, properties: bulk, records });

    expect(report).toMatchObject({ isComplete: true, successes: records });
    expect(report.peakMiB).toBeLessThan(PEAK_MIB);
    expectTurns(report);
  },
  120_000,
);

const polling = { pollInitialMs: 10, pollMaxMs: 50 };

test.each<[string, object, number, object]>([
  ['written', { bulkOperation: 'insert', object: 'Account' }, ROWS, { outputs: 1 }],
  ['read', { bulkOperation: 'query' }, 0, { outputs: 4 }],
])(
  'a million rows of whole CSVs are %s in a small heap, with turns of the event loop',
  async (_how, properties, records, outputs) => {
    const url = await serve({ rows: 1, bulkRows: ROWS });

    const report = await runMany({ url, operation: 'csvBulk', properties: { ...polling, ...properties }, records });

    expect(report).toMatchObject({ isComplete: true, successes: 1, csvRows: ROWS, ...outputs });
    expect(report.peakMiB).toBeLessThan(PEAK_MIB);
    expectTurns(report);
  },
  60_000,
);
