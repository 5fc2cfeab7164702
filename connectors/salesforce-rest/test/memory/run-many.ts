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
}

/** Documents that are far larger than what has to be known of each; without ids, since ids that a host gives are kept. */
function* accounts(count: number, isUpdate: boolean) {
  for (let number = 0; number < count; number += 1) {
    const id = isUpdate ? `<Id>001Lo0${String(number).padStart(9, '0')}</Id>` : '';
    yield {
      body: `<records>${id}<Name>Account ${number}</Name><Website>${'w'.repeat(400)}</Website></records>`,
    };
  }
}

/** As many records in one CSV, in pieces. */
async function* accountsCsv(count: number) {
  yield Buffer.from('Name,Website\n');
  for (let from = 0; from < count; from += 1_000) {
    let piece = '';
    for (let number = from; number < Math.min(count, from + 1_000); number += 1)
      piece += `Account ${number},${'w'.repeat(60)}\n`;
    yield Buffer.from(piece);
  }
}

function documentsOf({ operation, records }: ManyRows) {
  if (operation !== 'csvBulk') return records > 0 ? accounts(records, operation === 'update') : undefined;
  return [{ body: records > 0 ? accountsCsv(records) : 'SELECT Id FROM Account' }];
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
  const execution = connection.execute({ operation, objectType: 'Account', properties }, documentsOf(what));
  let outputs = 0;
  let csvRows = 0;
  for await (const events of execution.batches())
    for (const event of events) {
      if (event.type !== 'output') continue;
      outputs += 1;
      csvRows += await rowsOf(event);
    }
  const { counts, complete } = await execution.summary;
  await runtime.close();
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  return { outputs, csvRows, successes: counts.success, isComplete: complete, peakMiB };
}

main(JSON.parse(process.argv[2] ?? '') as ManyRows).then(
  (report) => process.stdout.write(`${JSON.stringify(report)}\n`),
  (error: unknown) => {
    process.exitCode = 1;
    process.stderr.write(`${String(error)}\n`);
  },
);
