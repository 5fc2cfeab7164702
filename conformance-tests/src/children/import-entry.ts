// Loads a plugin's entry and tells what its import did besides: {"used":["timers.setTimeout",…]}.
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { loadPlugin } from '@connector-runtime/runtime';
import { takeProcessState } from '../process-state.js';

const used = new Set<string>();

function watch(owner: object, room: string, names: readonly string[]): void {
  const functions = owner as Record<string, (...args: unknown[]) => unknown>;
  for (const name of names) {
    const original = functions[name];
    if (original === undefined) continue;
    functions[name] = function watched(this: unknown, ...args: unknown[]) {
      used.add(`${room}.${name}`);
      return original.apply(this, args);
    };
  }
}

async function main(): Promise<void> {
  const { entry } = JSON.parse(await text(process.stdin)) as { readonly entry: string };
  const listenersBefore = listenerCounts();
  watch(net.Socket.prototype, 'net.Socket', ['connect']);
  watch(net.Server.prototype, 'net.Server', ['listen']);
  watch(dgram, 'dgram', ['createSocket']);
  watch(dns, 'dns', ['lookup', 'resolve']);
  watch(childProcess, 'child_process', ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execSync', 'execFileSync']);
  watch(fs, 'fs', [
    'writeFile',
    'writeFileSync',
    'appendFile',
    'appendFileSync',
    'mkdir',
    'mkdirSync',
    'createWriteStream',
    'rm',
    'rmSync',
    'unlink',
    'unlinkSync',
  ]);
  watch(fs.promises, 'fs.promises', ['writeFile', 'appendFile', 'mkdir', 'rm', 'unlink']);
  watch(globalThis, 'timers', ['setTimeout', 'setInterval']);
  syncBuiltinESMExports();
  const state = takeProcessState();
  const plugin = await loadPlugin(entry, process.cwd());
  for (const [name, count] of listenerCounts())
    if (count > (listenersBefore.get(name) ?? 0)) used.add(`process.on(${name})`);
  for (const change of state.changes()) used.add(`a change of ${change}`);
  process.stdout.write(`${JSON.stringify({ id: plugin.manifest.id, used: [...used] })}\n`);
  process.exit(0);
}

function listenerCounts(): ReadonlyMap<string, number> {
  return new Map(process.eventNames().map((name) => [String(name), process.listenerCount(name)]));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
