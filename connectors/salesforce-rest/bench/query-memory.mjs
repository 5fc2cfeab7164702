// Peak memory of a query must not grow with its rows: node connectors/salesforce-rest/bench/query-memory.mjs [rows...]
// An org in a process of its own serves the rows; each query runs in a fresh process, which says its own peak RSS.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FIELDS } from './records.mjs';

const require = createRequire(import.meta.url);
const self = fileURLToPath(import.meta.url);

if (process.argv[2] === '--query') await query(Number(process.argv[3]), JSON.parse(process.argv[4]));
else await compare(process.argv.slice(2).map(Number));

async function compare(rows) {
  const counts = rows.length > 0 ? rows : [200_000, 1_000_000];
  const bin = require
    .resolve('@connector-runtime/salesforce-org/package.json')
    .replace('package.json', 'bin/salesforce-org.js');
  const org = spawn(process.execPath, [bin, '--accounts', String(Math.max(...counts))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [first] = await new Promise((resolve) => createInterface(org.stdout).once('line', (line) => resolve([line])));
  const results = [];
  try {
    for (const count of counts) {
      const child = spawn(process.execPath, [self, '--query', String(count), first], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      for await (const piece of child.stdout) text += piece;
      results.push(JSON.parse(text));
      console.log(text.trim());
    }
  } finally {
    org.kill();
  }
  const peaks = results.map(({ peakMiB }) => peakMiB);
  const growth = peaks.at(-1) / peaks[0];
  console.log(
    `peak RSS ${peaks.join(' -> ')} MiB: ${growth.toFixed(2)} times for ${(counts.at(-1) / counts[0]).toFixed(1)} times the rows`,
  );
  process.exitCode = growth > 1.2 ? 1 : 0;
}

async function query(count, org) {
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
  const startedMs = performance.now();
  const execution = connection.execute({
    operation: 'query',
    objectType: 'Account',
    properties: { fields: FIELDS, limit: count },
  });
  let outputs = 0;
  for await (const events of execution.batches()) for (const event of events) if (event.type === 'output') outputs += 1;
  const { complete, error } = await execution.summary;
  if (!complete || outputs !== count)
    throw new Error(`${outputs} of ${count} rows: ${error?.message ?? 'not complete'}`);
  const seconds = (performance.now() - startedMs) / 1000;
  await runtime.close();
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    JSON.stringify({
      rows: count,
      seconds: Number(seconds.toFixed(1)),
      rowsPerSecond: Math.round(count / seconds),
      peakMiB,
    }),
  );
}
