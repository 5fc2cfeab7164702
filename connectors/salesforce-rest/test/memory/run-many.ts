import type { Json } from '@connector-runtime/core';
import { ConnectorRuntime } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';

/** What a process of its own runs, as JSON in its first argument. */
export interface ManyRows {
  /** Origin of the service. */
  readonly url: string;
  readonly operation: 'query' | 'create' | 'update';
  readonly properties: Json;
  /** How many documents are written; 0 for a query. */
  readonly documents: number;
}

/** What it says of itself. */
export interface ManyRowsReport {
  readonly outputs: number;
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

async function main({ url, operation, properties, documents }: ManyRows): Promise<ManyRowsReport> {
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
  const execution = connection.execute(
    { operation, objectType: 'Account', properties },
    documents > 0 ? accounts(documents, operation === 'update') : undefined,
  );
  let outputs = 0;
  for await (const events of execution.batches()) for (const event of events) if (event.type === 'output') outputs += 1;
  const { counts, complete } = await execution.summary;
  await runtime.close();
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  return { outputs, successes: counts.success, isComplete: complete, peakMiB };
}

main(JSON.parse(process.argv[2] ?? '') as ManyRows).then(
  (report) => process.stdout.write(`${JSON.stringify(report)}\n`),
  (error: unknown) => {
    process.exitCode = 1;
    process.stderr.write(`${String(error)}\n`);
  },
);
