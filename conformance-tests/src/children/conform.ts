// Runs the suite for the command: takes an order as its first message, tells what happens as it does, and ends however much a plugin has left open.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setInterval } from 'node:timers';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ConformOrder, ConformSign, SignedSign } from '../conform-process.js';
import { conformance } from '../conformance.js';
import type { Subject } from '../subject.js';

// A plugin may put others in their place, and so does the suite while a check runs.
const exit = process.exit.bind(process);
const sendMessage = process.send?.bind(process) as (message: SignedSign, sent?: () => void) => void;
let token = '';
const send = (sign: ConformSign, sent?: () => void) => sendMessage({ token, sign }, sent);

process.once('disconnect', () => exit(1));
process.once('message', (order: ConformOrder) => {
  ({ token } = order);
  // The channel is the suite's own: to a plugin the process is one that nobody listens to.
  Object.defineProperty(process, 'send', { value: undefined, configurable: true });
  endWithParent();
  setInterval(() => send({ kind: 'alive' }), order.silenceMs / 10).unref();
  obey(order).then(
    (sign) => send(sign, () => exit(0)),
    (error: unknown) =>
      send({ kind: 'refused', message: error instanceof Error ? error.message : String(error) }, () => exit(0)),
  );
});

/** A loop that never gives way hears of no disconnection: a thread looks for the command, and ends the group when it is gone. */
function endWithParent(): void {
  const watch = `
    const parent = process.ppid;
    setInterval(() => { if (process.ppid !== parent) process.kill(-process.pid, 'SIGKILL'); }, 1000);`;
  new Worker(watch, { eval: true }).unref();
}

async function obey({ module, profile, seed, only, limits, settled }: ConformOrder): Promise<ConformSign> {
  const subject = await subjectOf(module);
  if (subject === undefined) return { kind: 'refused', message: `${module} exports no \`subject\``, isUsage: true };
  const report = await conformance(subject, {
    profile,
    seed,
    limits,
    settled,
    module,
    ...(only === undefined ? {} : { only }),
    onStart: (id) => send({ kind: 'started', id }),
    onCheck: (check) => send({ kind: 'check', check }),
  }).run();
  return { kind: 'report', report };
}

async function subjectOf(module: string): Promise<Subject | undefined> {
  const file = path.resolve(module);
  const loaded = (await load(file).catch((error: unknown) => {
    throw new Error(`${module} cannot be loaded: ${whyOf(error, file)}`);
  })) as {
    readonly subject?: Subject;
    readonly default?: Subject | { readonly subject?: Subject; readonly default?: Subject };
  };
  const inner = loaded.default as { readonly subject?: Subject; readonly default?: Subject } | undefined;
  const subject = loaded.subject ?? inner?.subject ?? inner?.default ?? (loaded.default as Subject | undefined);
  return typeof subject?.start === 'function' ? subject : undefined;
}

/** What a module threw, with the first place that is told of; or that there is none. */
function whyOf(error: unknown, file: string): string {
  if (!existsSync(file) && !existsSync(`${file}.js`)) return `there is no ${file}; build it, and name what came out`;
  const { message, stack = '' } = error instanceof Error ? error : { message: String(error) };
  const place = /^\s+at .*$/m.exec(stack)?.[0].trim();
  return `${message.split('\n', 1)[0]}${place === undefined ? '' : ` (${place})`}`;
}

/** As the runtime loads plugins: by require, and where that cannot, by import. */
async function load(file: string): Promise<unknown> {
  try {
    return require(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_REQUIRE_ESM' && code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    return (await import(pathToFileURL(file).href)) as unknown;
  }
}
