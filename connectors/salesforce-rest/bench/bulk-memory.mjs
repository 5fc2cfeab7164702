// Peak memory of bulk work must not grow with its rows, and nothing may hold up the event loop: node connectors/salesforce-rest/bench/bulk-memory.mjs [rows...]
// An org in a process of its own takes and serves the rows; each run is a fresh process with a small heap, which says its own peak RSS and its longest stall.
// On a machine that others use, a stall is the time that the process did not get as well: `busyMs` is the processor time between two turns of the loop, and is what is held to the limit.
// The heap takes some seconds to reach its size, and the peak of a short run is decided by when the collector happens to come: queries are of more rows, run three times, and the lowest peak counts.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const self = fileURLToPath(import.meta.url);
const HEAP_MIB = 96;
const MOST_GROWTH = 1.2;
const MOST_BUSY_MS = 100;
const COUNTS = { ingest: [250_000, 1_000_000], update: [250_000, 1_000_000], query: [500_000, 2_000_000] };
const RUNS = { ingest: 1, update: 1, query: 3 };
const WORKS = { ingest, update, query };

const [mode, ...rest] = process.argv.slice(2);
if (mode === '--org') await serve(Number(rest[0]));
else if (mode === '--run') await runOnce(rest[0], Number(rest[1]), JSON.parse(rest[2]));
else await compare(process.argv.slice(2).map(Number));

async function serve(accounts) {
  const { startSalesforceOrg } = require('@connector-runtime/salesforce-org');
  const org = await startSalesforceOrg({ accounts, keepLedger: false, bulkPageSize: 250_000 });
  const { apiBase, username, password, securityToken, soapLogin } = org;
  const [{ Id: firstId }] = org.records('Account');
  console.log(JSON.stringify({ apiBase, username, password, securityToken, soapLogin, firstId }));
}

async function compare(rows) {
  let failures = 0;
  for (const work of Object.keys(COUNTS)) {
    const results = [];
    for (const count of rows.length > 0 ? rows : COUNTS[work]) {
      const runs = [];
      for (let run = 0; run < RUNS[work]; run += 1) runs.push(await inFreshProcesses(work, count));
      results.push({
        peakMiB: Math.min(...runs.map(({ peakMiB }) => peakMiB)),
        busyMs: Math.max(...runs.map(({ busyMs }) => busyMs)),
      });
    }
    const growth = results.at(-1).peakMiB / results[0].peakMiB;
    const busyMs = Math.max(...results.map((result) => result.busyMs));
    console.log(`${work}: peak RSS grows ${growth.toFixed(2)} times, ${busyMs} ms of work without a turn at the most`);
    if (growth > MOST_GROWTH || busyMs > MOST_BUSY_MS) failures += 1;
  }
  process.exitCode = failures > 0 ? 1 : 0;
}

async function inFreshProcesses(work, count) {
  const org = spawn(process.execPath, [self, '--org', String(work === 'ingest' ? 1 : count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const first = await new Promise((resolve) => createInterface(org.stdout).once('line', resolve));
    const child = spawn(
      process.execPath,
      [`--max-old-space-size=${HEAP_MIB}`, self, '--run', work, String(count), first],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let text = '';
    for await (const piece of child.stdout) text += piece;
    console.log(text.trim());
    return JSON.parse(text);
  } finally {
    org.kill();
  }
}

async function runOnce(work, count, org) {
  const { ConnectorRuntime } = require('@connector-runtime/runtime');
  const salesforceRest = require('@connector-runtime/salesforce-rest');
  const runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
  const connection = await runtime.connect({
    plugin: 'salesforce-rest',
    properties: {
      url: org.apiBase,
      authenticationType: 'USER_CREDENTIALS',
      username: org.username,
      password: `${org.password}${org.securityToken}`,
      authenticationUrl: org.soapLogin,
    },
  });
  await connection.test();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const busy = watchBusy();
  const startedMs = performance.now();
  const { rows, summary } = await WORKS[work](connection, count, org);
  const seconds = (performance.now() - startedMs) / 1000;
  delay.disable();
  busy.stop();
  if (!summary.complete || rows !== count)
    throw new Error(`${rows} of ${count} rows: ${JSON.stringify(summary.error ?? summary.counts)}`);
  await runtime.close();
  console.log(
    JSON.stringify({
      work,
      rows,
      seconds: Number(seconds.toFixed(1)),
      rowsPerSecond: Math.round(rows / seconds),
      peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
      stallMs: Math.round(delay.max / 1e6),
      busyMs: Math.round(busy.mostMs),
    }),
  );
}

/** The most processor time, the collector's threads included, between two ticks of a timer: no turn of the loop took more. */
function watchBusy() {
  const usedMs = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const watch = { mostMs: 0, stop: () => clearInterval(timer) };
  let lastMs = usedMs();
  const timer = setInterval(() => {
    const nowMs = usedMs();
    watch.mostMs = Math.max(watch.mostMs, nowMs - lastMs);
    lastMs = nowMs;
  }, 5);
  return watch;
}

async function* documents(count) {
  for (let row = 0; row < count; row += 1)
    yield {
      body: `<records type="Invoice__c"><Name>Invoice ${row}</Name><Amount__c>${row % 10_000}.25</Amount__c><Notes__c>Some text about invoice ${row}, "quoted" and &amp; escaped</Notes__c><Due_Date__c>2024-01-31</Due_Date__c></records>`,
    };
}

/** Of 500 bytes, each of another account. */
async function* changes(count, firstId) {
  const description = 'Some text. '.repeat(34);
  for (let row = 0; row < count; row += 1)
    yield {
      body: `<records type="Account"><Id>${idAfter(firstId, row)}</Id><Name>Account ${row}</Name><Description>${description}</Description></records>`,
    };
}

/** The id of 15 characters that comes so many after this one: the org counts in base 62. */
function idAfter(firstId, distance) {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let id = '';
  let carry = distance;
  for (let at = 14; at >= 0; at -= 1) {
    const sum = digits.indexOf(firstId.charAt(at)) + carry;
    id = digits.charAt(sum % 62) + id;
    carry = Math.floor(sum / 62);
  }
  return id;
}

function ingest(connection, count) {
  return write(connection, 'create', 'Invoice__c', documents(count));
}

function update(connection, count, { firstId }) {
  return write(connection, 'update', 'Account', changes(count, firstId));
}

async function write(connection, operation, objectType, documents) {
  const execution = connection.execute(
    {
      operation,
      objectType,
      properties: { operationApi: 'BulkAPI2.0', pollInitialMs: 200, pollMaxMs: 500 },
    },
    documents,
  );
  for await (const _ of execution.batches());
  const summary = await execution.summary;
  return { rows: summary.counts.success, summary };
}

async function query(connection) {
  const fields = ['Id', 'Name', 'Type', 'Phone', 'AccountNumber', 'Website', 'Industry', 'AnnualRevenue'];
  const execution = connection.execute({
    operation: 'query',
    objectType: 'Account',
    properties: { operationApi: 'BulkAPI2.0', pollInitialMs: 200, pollMaxMs: 500, fields },
  });
  let rows = 0;
  for await (const events of execution.batches()) for (const event of events) if (event.type === 'output') rows += 1;
  return { rows, summary: await execution.summary };
}
