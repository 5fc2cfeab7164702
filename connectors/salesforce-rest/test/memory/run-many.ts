import { readFileSync } from 'node:fs';
import type { Body, Json, OutputEvent } from '@connector-runtime/core';
import { ConnectorRuntime } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';

/** What a process of its own runs, as JSON in its first argument. */
export interface ManyRows {
  /** Origin of the service. */
  readonly url: string;
  readonly operation: 'query' | 'create' | 'update' | 'csvBulk';
  readonly properties: Json;
  /** How many records are written, each a document or, of csvBulk, all in one; 0 for a query. */
  readonly records: number;
}

/** What it says of itself. */
export interface ManyRowsReport {
  readonly outputs: number;
  /** In outputs that are whole CSVs, without their headers. */
  readonly csvRows: number;
  readonly successes: number;
  readonly isComplete: boolean;
  readonly peakMiB: number;
  /** The most processor time of the main thread between two turns of the event loop, from the first document or event on; 0 where the system does not tell it. */
  readonly busyMs: number;
}

/** Notes at each tick of a timer how much processor time the main thread has used since the last one: on a busy machine the clock would count what others use. */
class BusyWatch {
  mostMs = 0;
  private lastMs = 0;
  private timer: NodeJS.Timeout | undefined;

  /** Once; what comes before it, as loading the code of an operation, does not count. */
  start(): void {
    if (this.timer !== undefined) return;
    this.lastMs = usedMs();
    this.timer = setInterval(this.look, 5);
  }

  stop(): void {
    this.look();
    clearInterval(this.timer);
  }

  private readonly look = () => {
    const nowMs = usedMs();
    this.mostMs = Math.max(this.mostMs, nowMs - this.lastMs);
    this.lastMs = nowMs;
  };
}

/** Node tells that of the whole process alone, where compiling and collecting garbage in other threads comes to more. */
function usedMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ', 1)[0]) / 1e6;
  } catch {
    return 0;
  }
}

/** Documents that are far larger than what has to be known of each; without ids, since ids that a host gives are kept. */
function* accounts(count: number, isUpdate: boolean, watch: BusyWatch) {
  watch.start();
  for (let number = 0; number < count; number += 1) {
    const id = isUpdate ? `<Id>001Lo0${String(number).padStart(9, '0')}</Id>` : '';
    yield {
      body: `<records>${id}<Name>Account ${number}</Name><Website>${'w'.repeat(400)}</Website></records>`,
    };
  }
}

/** As many records in one CSV, in pieces. */
async function* accountsCsv(count: number, watch: BusyWatch) {
  watch.start();
  yield Buffer.from('Name,Website\n');
  for (let from = 0; from < count; from += 1_000) {
    let piece = '';
    for (let number = from; number < Math.min(count, from + 1_000); number += 1)
      piece += `Account ${number},${'w'.repeat(60)}\n`;
    yield Buffer.from(piece);
  }
}

function documentsOf({ operation, records }: ManyRows, watch: BusyWatch) {
  if (operation !== 'csvBulk') return records > 0 ? accounts(records, operation === 'update', watch) : undefined;
  return [{ body: records > 0 ? accountsCsv(records, watch) : 'SELECT Id FROM Account' }];
}

/** Rows of a CSV without line ends in its cells. */
async function rowsOf({ body }: OutputEvent): Promise<number> {
  if (typeof body === 'string' || body instanceof Uint8Array) return 0;
  let lines = 0;
  for await (const piece of (body as Body).open(new AbortController().signal))
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines += 1;
  return lines - 1;
}

async function main(what: ManyRows): Promise<ManyRowsReport> {
  const { url, operation, properties } = what;
  const runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
  const connection = await runtime.connect({
    plugin: 'salesforce-rest',
    properties: {
      url: `${url}/services/data/v64.0`,
      authenticationType: 'USER_CREDENTIALS',
      username: 'many@example.org',
      password: 'Kx7-quartz-vole',
      authenticationUrl: `${url}/services/Soap/u/64.0`,
    },
  });
  const watch = new BusyWatch();
  const execution = connection.execute({ operation, objectType: 'Account', properties }, documentsOf(what, watch));
  let outputs = 0;
  let csvRows = 0;
  for await (const events of execution.batches()) {
    watch.start();
    for (const event of events) {
      if (event.type !== 'output') continue;
      outputs += 1;
      csvRows += await rowsOf(event);
    }
  }
  const { counts, complete } = await execution.summary;
  watch.stop();
  await runtime.close();
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  return { outputs, csvRows, successes: counts.success, isComplete: complete, peakMiB, busyMs: watch.mostMs };
}

main(JSON.parse(process.argv[2] ?? '') as ManyRows).then(
  (report) => process.stdout.write(`${JSON.stringify(report)}\n`),
  (error: unknown) => {
    process.exitCode = 1;
    process.stderr.write(`${String(error)}\n`);
  },
);
