// Runs documents through one operation and tells how each ended: {"results":["k1 success 201",…]}.
import { text } from 'node:stream/consumers';
import type { Json } from '@connector-runtime/core';
import { ConnectorRuntime, type ExecutionRequest, loadPlugin } from '@connector-runtime/runtime';
import { documentOf, type PlainDocument } from './plain-document.js';

interface Input {
  readonly entry: string;
  readonly properties: Json;
  readonly request: ExecutionRequest;
  readonly documents: readonly PlainDocument[];
}

async function main(): Promise<void> {
  const { entry, properties, request, documents } = JSON.parse(await text(process.stdin)) as Input;
  const runtime = new ConnectorRuntime({ plugins: [await loadPlugin(entry, process.cwd())] });
  const connection = await runtime.connect({ plugin: runtime.plugins[0]?.manifest.id ?? '', properties });
  const results: string[] = [];
  const execution = connection.execute(request, documents.map(documentOf));
  for await (const events of execution.batches()) {
    for (const event of events)
      if (event.type === 'result') results.push(`${event.inputs.join(',')} ${event.status} ${event.code ?? ''}`);
  }
  await runtime.close();
  process.stdout.write(`${JSON.stringify({ results: results.sort() })}\n`);
  // What the plugin left open is for another check to tell of.
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
