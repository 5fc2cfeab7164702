// Connects, runs operations, closes, says "done" and leaves the rest to Node: what keeps the process then is the plugin's.
import { text } from 'node:stream/consumers';
import type { Json } from '@connector-runtime/core';
import { ConnectorRuntime, type ExecutionRequest, loadPlugin } from '@connector-runtime/runtime';
import { inputOf, type PlainDocument } from './plain-document.js';

interface Input {
  readonly entry: string;
  readonly properties: Json;
  readonly runs: readonly { readonly request: ExecutionRequest; readonly documents: readonly PlainDocument[] }[];
}

async function main(): Promise<void> {
  const { entry, properties, runs } = JSON.parse(await text(process.stdin)) as Input;
  const runtime = new ConnectorRuntime({ plugins: [await loadPlugin(entry, process.cwd())] });
  const connection = await runtime.connect({ plugin: runtime.plugins[0]?.manifest.id ?? '', properties });
  await connection.test();
  for (const { request, documents } of runs) {
    const execution = connection.execute(request, documents.map(inputOf));
    for await (const _ of execution.batches());
    await execution.summary;
  }
  await runtime.close();
  process.stdout.write('"done"\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
