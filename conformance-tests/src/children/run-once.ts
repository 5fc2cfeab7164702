// Runs one operation to its end in this process and tells what it came to: {"peakBytes":…,"outputs":…,"counts":…,"category":…,"isOfService":…}.
import { text } from 'node:stream/consumers';
import { setInterval } from 'node:timers';
import type { ErrorInfo, Json } from '@connector-runtime/core';
import { ConnectorRuntime, type DocumentInput, type ExecutionRequest } from '@connector-runtime/runtime';
import { loadWatched } from './load-watched.js';

const LOOK_EVERY_MS = 10;
const PIECE = Buffer.alloc(64 * 1024, 'x');

interface Input {
  readonly entry: string;
  readonly properties: Json;
  readonly request: ExecutionRequest;
  readonly document?: Omit<DocumentInput, 'body'>;
  readonly streamBytes?: number;
}

async function* stream(bytes: number): AsyncGenerator<Uint8Array> {
  for (let given = 0; given < bytes; given += PIECE.length) yield PIECE;
}

/**
 * The most memory that the process has had, from now on to the call of what is given. A system that is short of memory, or means to save it, takes idle pages away,
 * and a process that keeps much and works slowly then stays small: what V8 has accounts for those.
 */
function watchMemory(): () => number {
  const held = () => {
    const { heapTotal, external } = process.memoryUsage();
    return heapTotal + external;
  };
  const before = { resident: process.memoryUsage.rss(), held: held() };
  let most = before.held;
  const look = () => {
    most = Math.max(most, held());
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    look();
    return Math.max(process.resourceUsage().maxRSS * 1024, before.resident + most - before.held);
  };
}

async function main(): Promise<void> {
  const { entry, properties, request, document, streamBytes = 0 } = JSON.parse(await text(process.stdin)) as Input;
  const runtime = new ConnectorRuntime({ plugins: [await loadWatched(entry)] });
  const [plugin] = runtime.plugins;
  const connection = await runtime.connect({ plugin: plugin?.manifest.id ?? '', properties });
  const documents = document === undefined ? undefined : [{ ...document, body: stream(streamBytes) }];
  const peak = watchMemory();
  const execution = connection.execute(request, documents);
  let error: ErrorInfo | undefined;
  let outputs = 0;
  for await (const events of execution.batches()) {
    for (const event of events) {
      if (event.type === 'result') error = event.error ?? error;
      if (event.type === 'output') outputs += 1;
    }
  }
  const { counts } = await execution.summary;
  await runtime.close();
  const peakBytes = peak();
  const isOfService = error?.service !== undefined;
  process.stdout.write(`${JSON.stringify({ peakBytes, outputs, counts, category: error?.category, isOfService })}\n`);
  // What the plugin left open is for another check to tell of.
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
