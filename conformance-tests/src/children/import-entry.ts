// Loads a plugin's entry and tells what its import did besides: {"used":["timers.setTimeout",…]}.

import { text } from 'node:stream/consumers';
import timers from 'node:timers';
import { loadPlugin } from '@connector-runtime/runtime';
import { listenerCounts, takeProcessState } from '../process-state.js';
import { watchSystem } from '../system-watch.js';

const used = new Set<string>();

function watchTimers(): void {
  for (const owner of [globalThis, timers]) {
    const functions = owner as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const name of ['setTimeout', 'setInterval']) {
      const original = functions[name];
      if (original === undefined) continue;
      functions[name] = function watched(this: unknown, ...args: unknown[]) {
        used.add(`timers.${name}`);
        return original.apply(this, args);
      };
    }
  }
}

async function main(): Promise<void> {
  const { entry } = JSON.parse(await text(process.stdin)) as { readonly entry: string };
  const listenersBefore = listenerCounts();
  watchTimers();
  const watch = watchSystem(({ name }) => used.add(name));
  const state = takeProcessState();
  const plugin = await loadPlugin(entry, process.cwd());
  watch.release();
  for (const [name, count] of listenerCounts())
    if (count > (listenersBefore.get(name) ?? 0)) used.add(`process.on(${String(name)})`);
  for (const change of state.changes()) used.add(`a change of ${change}`);
  process.stdout.write(`${JSON.stringify({ id: plugin.manifest.id, used: [...used] })}\n`);
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
