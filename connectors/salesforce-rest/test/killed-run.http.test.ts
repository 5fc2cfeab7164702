import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type FaultSpec, type SalesforceOrg, startSalesforceOrg } from '@connector-runtime/salesforce-org';
import { userCredentials } from './running-org.js';

const CONNECTOR = path.join(
  path.dirname(require.resolve('@connector-runtime/runtime/package.json')),
  'bin',
  'connector.js',
);
const FAST = { operationApi: 'BulkAPI2.0', pollInitialMs: 10, pollMaxMs: 20 };

let folder: string;
let org: SalesforceOrg;
let command: ChildProcess | undefined;
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'connector-killed-run-'));
  org = await startSalesforceOrg({ accounts: 1 });
  const { password, ...properties } = userCredentials(org);
  write('package.json', { connectorRuntime: { plugins: [require.resolve('@connector-runtime/salesforce-rest')] } });
  write('c.json', {
    plugin: 'salesforce-rest',
    properties: { ...properties, password: { $secret: 'env:SF_PASSWORD' } },
  });
  process.env['SF_PASSWORD'] = String(password);
});
afterEach(async () => {
  command?.kill('SIGKILL');
  await org.close();
  rmSync(folder, { recursive: true });
});

function write(name: string, value: unknown): void {
  writeFileSync(path.join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
}

const lines = (name: string) =>
  readFileSync(path.join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(
      (line) =>
        JSON.parse(line) as { type: string; inputs: string[]; status: string; body?: string; receipt?: unknown },
    );

/** Begins the run, or goes on with it. */
function runConnector(): ChildProcess {
  const files = ['--connection', 'c.json', '--input', 'in.ndjson', '--output', 'out.ndjson'];
  command = spawn(process.execPath, [CONNECTOR, 'run', 'run.json', ...files, '--checkpoint', 'at.json', '--quiet'], {
    cwd: folder,
    env: { ...process.env, XDG_STATE_HOME: path.join(folder, 'state') },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return command;
}

/** Kills a run when it has reached `spec`, and runs it again to its end. */
async function killAndResume(
  spec: FaultSpec,
  between: (fault: ReturnType<SalesforceOrg['faults']['add']>) => void = () => undefined,
): Promise<void> {
  const fault = org.faults.add(spec);
  const killed = runConnector();
  await fault.reached();
  killed.kill('SIGKILL');
  await once(killed, 'close');
  between(fault);
  await once(runConnector(), 'close');
  expect(lines('out.ndjson').at(-1)?.type).toBe('summary');
}

const statuses = () =>
  Object.fromEntries(
    lines('out.ndjson')
      .filter(({ type }) => type === 'result')
      .map(({ inputs: [id = ''], status }) => [id, status]),
  );

describe('a run over Bulk API 2.0 that is killed', () => {
  const good = Array.from({ length: 40 }, (_, n) => `d${n}`);
  beforeEach(() => {
    write('run.json', { operation: 'create', objectType: 'Account', properties: FAST });
    const documents = good.map((id, n) => ({
      id,
      body: `<records><Name>Killed ${id}</Name></records>`,
      // Two jobs.
      properties: n < 25 ? {} : { restHeaders: { 'X-Part': 'second' } },
    }));
    documents.splice(10, 0, { id: 'bad', body: '<records><Nome>x</Nome></records>', properties: {} });
    write('in.ndjson', documents.map((document) => JSON.stringify(document)).join('\n'));
  });

  test.each<[string, FaultSpec, number]>([
    ['before its job is closed', { kind: 'jobChange', action: 'hold' }, 3],
    ['when its job is closed, before it knows', { kind: 'jobChange', action: 'hold', handled: true }, 2],
    ['while its job runs', { kind: 'jobStatus', action: 'hold' }, 2],
    ['while results are read', { path: '/unprocessedrecords', action: 'hold' }, 2],
    ['before its second job is closed', { kind: 'jobChange', nth: 2, action: 'hold' }, 3],
    ['when its second job is closed', { kind: 'jobChange', nth: 2, action: 'hold', handled: true }, 2],
    ['between two jobs', { kind: 'jobCreate', nth: 2, action: 'hold' }, 2],
  ])('%s goes on from its checkpoint: everything is created once, and known', async (_when, spec, jobs) => {
    await killAndResume(spec);

    const names = org.ledger.entries.map(({ given }) => String(given?.['Name']).split(' ')[1]);
    expect(new Set(names)).toEqual(new Set(good));
    expect(names).toHaveLength(good.length);
    expect(statuses()).toEqual({ ...Object.fromEntries(good.map((id) => [id, 'success'])), bad: 'applicationError' });
    for (const { type, inputs, status, body } of lines('out.ndjson'))
      if (type === 'result' && status === 'success') expect(body).toContain(`<Name>Killed ${inputs[0]}</Name>`);
    expect(org.bulk.jobs).toHaveLength(jobs);
    const ends = org.bulk.jobs.map(({ state }) => state).toSorted();
    expect(ends).toEqual([...Array<string>(jobs - 2).fill('Aborted'), 'JobComplete', 'JobComplete']);
  });

  test('and whose close arrives late does not send the job again', async () => {
    await killAndResume({ kind: 'jobChange', action: 'hold' }, (fault) => fault.release());

    expect(org.ledger.counts.create).toBe(40);
    expect(new Set(Object.values(statuses()))).toEqual(new Set(['success', 'applicationError']));
    expect(org.bulk.jobs).toHaveLength(2);
  });

  test('and whose job was aborted meanwhile sends only what that had not come to', async () => {
    org.bulk.plan = { state: 'Aborted', rows: 5 };
    await killAndResume({ kind: 'jobStatus', action: 'hold' }, () => {
      org.bulk.plan = {};
    });

    expect(org.ledger.counts.create).toBe(40);
    expect(new Set(Object.values(statuses()))).toEqual(new Set(['success', 'applicationError']));
    expect(org.bulk.jobs).toHaveLength(3);
  });

  test('and cannot describe the object when it goes on leaves what the job may hold unknown, and goes on once more', async () => {
    await killAndResume({ kind: 'jobStatus', action: 'hold', handled: true }, () =>
      org.faults.add({ path: '/describe', action: 'error', status: 400, errorCode: 'NO', message: 'no' }),
    );

    const [job] = org.bulk.jobs;
    const told = lines('out.ndjson').filter(({ type, status }) => type === 'result' && status === 'unknown');
    expect(told.map(({ inputs, receipt }) => [inputs[0], receipt])).toEqual(
      good.slice(0, 25).map((id, row) => [id, { jobId: job?.id, row, rows: 25 }]),
    );
    expect(good.slice(25).map((id) => statuses()[id])).toEqual(good.slice(25).map(() => 'notAttempted'));

    await once(runConnector(), 'close');
    expect(good.map((id) => statuses()[id])).toEqual(good.map(() => 'success'));
    expect(org.ledger.counts.create).toBe(40);
  });

  test.each<[string, FaultSpec]>([
    [
      'cannot log in',
      { kind: 'login', times: 100, action: 'answer', status: 200, contentType: 'text/xml', body: '<a/>' },
    ],
    ['is ended while it describes the object', { path: '/describe', action: 'hold' }],
  ])('and %s when it goes on leaves all unknown, and goes on once more', async (_what, spec) => {
    const fault = org.faults.add({ kind: 'jobStatus', action: 'hold', handled: true });
    const killed = runConnector();
    await fault.reached();
    killed.kill('SIGKILL');
    await once(killed, 'close');
    // No session is left to go on with.
    rmSync(path.join(folder, 'state'), { recursive: true, force: true });
    const second = org.faults.add(spec);
    const ended = runConnector();
    if (spec.action === 'hold') await second.reached().then(() => ended.kill('SIGINT'));
    await once(ended, 'close');
    second.release();

    expect(good.map((id) => statuses()[id])).toEqual(good.map(() => 'unknown'));

    org.faults.remove();
    await once(runConnector(), 'close');
    expect(good.map((id) => statuses()[id])).toEqual(good.map(() => 'success'));
    expect(org.ledger.counts.create).toBe(40);
  });

  test('and whose documents are others then is refused: what was in the job is unknown, and nothing is sent', async () => {
    await killAndResume({ kind: 'jobStatus', action: 'hold' }, () =>
      write('in.ndjson', JSON.stringify({ id: 'd0', body: '<records><Name>Killed d0</Name></records>' })),
    );

    expect(statuses()['d0']).toBe('unknown');
    expect(org.bulk.jobs).toHaveLength(1);
  });
});

test.each<[string, FaultSpec, number]>([
  ['before its job is closed', { kind: 'jobChange', action: 'hold' }, 2],
  ['while its job runs', { kind: 'jobStatus', action: 'hold' }, 1],
])('CSV Bulk that is killed %s goes on: every record once', async (_when, spec, jobs) => {
  write('run.json', {
    operation: 'csvBulk',
    properties: { ...FAST, operationApi: undefined, bulkOperation: 'insert', object: 'Account' },
  });
  const body = `Name\n${Array.from({ length: 30 }, (_, n) => `Killed ${n}`).join('\n')}\n`;
  write('in.ndjson', JSON.stringify({ id: 'csv', body, mediaType: 'text/csv' }));

  await killAndResume(spec);

  expect(org.ledger.counts.create).toBe(30);
  expect(statuses()).toEqual({ csv: 'success' });
  expect(org.bulk.jobs).toHaveLength(jobs);
});

test.each([
  ['another CSV of as many records', 'Name\nOther 0\n'],
  ['a document that is no CSV', 'Name\n"Killed'],
])(
  'CSV Bulk that is killed and given %s is refused: the document is unknown, and nothing is sent',
  async (_what, other) => {
    write('run.json', {
      operation: 'csvBulk',
      properties: { ...FAST, operationApi: undefined, bulkOperation: 'insert', object: 'Account' },
    });
    const input = (body: string) => JSON.stringify({ id: 'csv', body, mediaType: 'text/csv' });
    write('in.ndjson', input('Name\nKilled 0\n'));

    await killAndResume({ kind: 'jobStatus', action: 'hold' }, () => write('in.ndjson', input(other)));

    const [result] = lines('out.ndjson').filter(({ type }) => type === 'result');
    expect(result).toMatchObject({ status: 'unknown', error: { code: 'CHECKPOINT_UNSUITABLE' } });
    expect(org.bulk.jobs).toHaveLength(1);
  },
);

test('CSV Bulk that is killed and cannot describe its object when it goes on leaves its document unknown', async () => {
  write('run.json', {
    operation: 'csvBulk',
    properties: { ...FAST, operationApi: undefined, bulkOperation: 'insert', object: 'Account' },
  });
  write('in.ndjson', JSON.stringify({ id: 'csv', body: 'Name\nKilled 0\n', mediaType: 'text/csv' }));

  await killAndResume({ kind: 'jobStatus', action: 'hold' }, () =>
    org.faults.add({ path: '/describe', action: 'error', status: 400, errorCode: 'NO', message: 'no' }),
  );

  const receipt = { jobId: org.bulk.jobs[0]?.id, rows: 1 };
  expect(lines('out.ndjson').filter(({ type }) => type === 'result')).toMatchObject([{ status: 'unknown', receipt }]);
});
