// Runs documents through operations, one after the other, and tells how each ended, and what came out: {"ended":[{"results":["k1 success 201",…],"outputs":["k1 {…}",…]},…]}.
import { text } from 'node:stream/consumers';
import type { Json } from '@connector-runtime/core';
import { ConnectorRuntime, type ExecutionRequest } from '@connector-runtime/runtime';
import { textOf } from '../events.js';
import { loadWatched } from './load-watched.js';
import { inputOf, type PlainDocument } from './plain-document.js';

interface Input {
  readonly entry: string;
  readonly properties: Json;
  readonly runs: readonly { readonly request: ExecutionRequest; readonly documents: readonly PlainDocument[] }[];
}

async function main(): Promise<void> {
  const { entry, properties, runs } = JSON.parse(await text(process.stdin)) as Input;
  const runtime = new ConnectorRuntime({ plugins: [await loadWatched(entry)] });
  const connection = await runtime.connect({ plugin: runtime.plugins[0]?.manifest.id ?? '', properties });
  const ended: object[] = [];
  for (const { request, documents } of runs) {
    const results: string[] = [];
    const outputs: string[] = [];
    const execution = connection.execute(request, documents.map(inputOf));
    for await (const events of execution.batches()) {
      for (const event of events) {
        const inputs = 'inputs' in event ? event.inputs.join(',') : '';
        if (event.type === 'result') results.push(`${inputs} ${event.status} ${event.code ?? ''}`);
        if (event.type === 'output') outputs.push(`${inputs} ${await textOf(event.body)}`);
      }
    }
    ended.push({ results: results.sort(), outputs: outputs.sort() });
  }
  await runtime.close();
  process.stdout.write(`${JSON.stringify({ ended })}\n`);
  // What the plugin left open is for another check to tell of.
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
