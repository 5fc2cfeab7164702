import type { ConnectorPlugin } from '@connector-runtime/core';
import { loadPlugin } from '@connector-runtime/runtime';
import { textOfAny } from '../findings.js';

/** Loads a plugin's entry and says `"loaded"`. What nobody catches from then on ends the process as Node would, and is told as its last line: {"uncaught":"Error: …"}. */
export async function loadWatched(entry: string): Promise<ConnectorPlugin> {
  const plugin = await loadPlugin(entry, process.cwd());
  const end = (reason: unknown) => {
    process.stdout.write(`\n${JSON.stringify({ uncaught: textOfAny(reason) })}\n`);
    process.exit(1);
  };
  process.once('unhandledRejection', end).once('uncaughtException', end);
  process.stdout.write('"loaded"\n');
  return plugin;
}
