import { AsyncLocalStorage } from 'node:async_hooks';
import type { Check } from '../check.js';
import { expectThat, textOfAny } from '../findings.js';
import { fullRun } from '../full-run.js';
import { withSpans } from '../lent/lent-spans.js';
import { realProcess } from '../process-guard.js';

/** Of what is printed; a plugin that floods does not fill the memory. */
const KEPT_TEXTS = 100;
/** Of each, before secrets are struck out and it is shortened. */
const KEPT_CHARACTERS = 20_000;

export const TELEMETRY: readonly Check[] = [
  {
    id: 'TEL-01',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Nothing is printed',
    rule: 'A full run writes nothing to stdout, stderr or the console: they belong to the host.',
    cause: 'a console.log that was left in',
    async run(trial) {
      const printed = await printedBy(async () => {
        const connection = await trial.connect();
        await fullRun(trial, connection);
        await connection.close();
      });
      expectThat(printed.length === 0, 'nothing', printed.slice(0, 3), 'a full run');
    },
  },
  {
    id: 'TEL-02',
    level: 'SHOULD',
    profile: 'full',
    needs: [],
    title: 'Logs and traces are of use',
    rule: 'A clean run logs no error and no flood, and no span has the key of a document among its attributes. (The host passes a trace on to the service.)',
    cause: 'the id of a record as a tag',
    async run(trial) {
      await withSpans(async (spans) => {
        await fullRun(trial, await trial.connect(), ({ operation, outcome }) => {
          const keys = new Set<unknown>(outcome?.results.flatMap(({ inputs }) => inputs));
          const tagged = spans.attributes.find((value) => keys.has(value));
          expectThat(tagged === undefined, 'no key of a document in a span', tagged, 'a clean run', operation?.key);
        });
      });
      const { dropped, entries } = trial.log;
      expectThat(dropped === 0, `at most ${entries.length} lines`, `${entries.length + dropped}`, 'a clean run');
      const errors = trial.log.entries.filter(({ level }) => level === 'error').map(({ message }) => message);
      expectThat(errors.length === 0, 'no error logged', errors.slice(0, 3), 'a clean run');
    },
  },
];

/** What `work` prints, which is kept from the terminal. A test runner may report meanwhile: what does not come out of `work` goes its way. */
async function printedBy(work: () => Promise<void>): Promise<readonly string[]> {
  const ofWork = new AsyncLocalStorage<true>();
  const texts: string[] = [];
  const undo: (() => void)[] = [];
  const hold = (owner: object, name: string, returns: unknown) => {
    const functions = owner as Record<string, (...args: unknown[]) => unknown>;
    const original = functions[name];
    if (original === undefined) return;
    functions[name] = (...args: unknown[]) => {
      if (ofWork.getStore() === undefined) return original.apply(owner, args);
      if (texts.length < KEPT_TEXTS) texts.push(args.map(textOfAny).join(' ').slice(0, KEPT_CHARACTERS));
      return returns;
    };
    undo.push(() => {
      functions[name] = original;
    });
  };
  for (const stream of [realProcess.stdout, realProcess.stderr]) hold(stream, 'write', true);
  for (const name of ['log', 'info', 'warn', 'error', 'debug']) hold(console, name, undefined);
  try {
    await ofWork.run(true, work);
  } finally {
    for (const back of undo.reverse()) back();
    // Without this every promise of the process would be followed from here on, which makes the checks after it a good deal slower.
    ofWork.disable();
  }
  return texts;
}
