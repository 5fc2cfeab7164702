// Connects, runs operations, says "ran", runs them once more when its input has ended, closes, says "done" and leaves the rest to Node: what keeps the process then is the plugin's.
import { createInterface } from 'node:readline';
import type { Json } from '@connector-runtime/core';
import { ConnectorRuntime, type ExecutionOptions, type ExecutionRequest } from '@connector-runtime/runtime';
import { loadWatched } from './load-watched.js';
import { inputOf, type PlainDocument } from './plain-document.js';

const FAILING_MS = 1_000;

interface Input {
  readonly entry: string;
  readonly properties: Json;
  readonly runs: readonly { readonly request: ExecutionRequest; readonly documents: readonly PlainDocument[] }[];
}

async function main(): Promise<void> {
  const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
  const { entry, properties, runs } = JSON.parse((await lines.next()).value as string) as Input;
  const runtime = new ConnectorRuntime({ plugins: [await loadWatched(entry)] });
  const connection = await runtime.connect({ plugin: runtime.plugins[0]?.manifest.id ?? '', properties });
  await connection.test();
  const run = async ({ request, documents }: Input['runs'][number], options: ExecutionOptions = {}) => {
    const execution = connection.execute(request, documents.map(inputOf), options);
    for await (const _ of execution.batches());
    await execution.summary;
  };
  for (const one of runs) await run(one);
  process.stdout.write('"ran"\n');
  await lines.next();
  // The service has ended: these fail, and need not be waited for long.
  await Promise.all(runs.map((one) => run(one, { deadlineMs: FAILING_MS })));
  await runtime.close();
  process.stdout.write('"done"\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
