// Many rounds on one host signal, then one long execution: {"grownBytes":…,"given":…,"answered":…}. Needs --expose-gc.
import { text } from 'node:stream/consumers';
import type { Json } from '@connector-runtime/core';
import { ConnectorRuntime, type DocumentInput, type ExecutionRequest } from '@connector-runtime/runtime';
import { loadWatched } from './load-watched.js';
import { inputOf, type PlainDocument } from './plain-document.js';

interface Input {
  readonly entry: string;
  readonly properties: Json;
  readonly request: ExecutionRequest;
  readonly document: PlainDocument;
  readonly rounds: number;
  readonly requests: number;
}

async function heapBytes(): Promise<number> {
  for (let time = 0; time < 4; time += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return process.memoryUsage().heapUsed;
}

async function main(): Promise<void> {
  const { entry, properties, request, document, rounds, requests } = JSON.parse(await text(process.stdin)) as Input;
  const host = new AbortController();
  const runtime = new ConnectorRuntime({ plugins: [await loadWatched(entry)] });
  const plugin = runtime.plugins[0]?.manifest.id ?? '';
  async function* documents(count: number): AsyncGenerator<DocumentInput> {
    for (let n = 0; n < count; n += 1) yield { ...inputOf(document), id: `d${n}` };
  }
  let given = 0;
  let answered = 0;
  const run = async (count: number) => {
    given += count;
    const connection = await runtime.connect({ plugin, properties });
    const execution = connection.execute(request, documents(count), { signal: host.signal });
    let heap = 0;
    let taken = 0;
    for await (const events of execution.batches()) {
      const before = taken;
      taken += events.length;
      // Measured while the execution runs: what is dropped at its end would not be seen after it.
      if (before < 1_000 && taken >= 1_000) heap = await heapBytes();
      if (before < count - 1_000 && taken >= count - 1_000) heap = (await heapBytes()) - heap;
    }
    const { counts } = await execution.summary;
    answered += counts.success + counts.applicationError;
    await connection.close();
    return heap;
  };
  await run(10);
  const before = await heapBytes();
  for (let round = 0; round < rounds; round += 1) await run(1);
  const grownByRounds = (await heapBytes()) - before;
  const grownByRequests = await run(requests);
  await runtime.close();
  const grownBytes = Math.max(grownByRounds, grownByRequests);
  process.stdout.write(`${JSON.stringify({ grownBytes, given, answered })}\n`);
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
