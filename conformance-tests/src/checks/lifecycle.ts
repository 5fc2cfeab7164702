import type { Connection, ConnectorPlugin, Constructor, TestFinding } from '@connector-runtime/core';
import { container } from 'tsyringe';
import type { Check } from '../check.js';
import { expectThat, nameOf } from '../findings.js';
import { fullRun } from '../full-run.js';
import { addedListeners, listenerCounts, takeProcessState } from '../process-state.js';
import { documentsOf } from '../samples.js';
import type { Trial } from '../trial.js';
import { classOf } from '../tried-operation.js';

export const LIFECYCLE: readonly Check[] = [
  {
    id: 'LIF-01',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'Closing is idempotent',
    rule: 'close() of an open connection may be called twice, and twice at once: each call settles without an error.',
    cause: 'the second call closes what is gone already',
    async run(trial) {
      for (const atOnce of [true, false]) {
        const { own, connection } = await openConnection(trial);
        const did = atOnce ? 'calling close() twice at once' : 'calling close() twice, one after the other';
        const problem = await closeTwice(own, atOnce);
        expectThat(problem === undefined, 'both calls settle without an error', problem, did);
        await connection.close();
      }
    },
  },
  {
    id: 'LIF-02',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'Closing does not wait for a request that hangs',
    rule: 'close() while a request hangs settles within stopWithinMs, and the operation has ended by itself.',
    cause: 'a request that was not given the signal of its call',
    async run(trial) {
      for (const operation of trial.operations()) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        const { plugin, seen } = own.observe();
        const connection = await own.connect({ plugin });
        await connection.test();
        const before = (await own.requests()).length;
        await own.faultAndHold({ kind: 'hang' }, { from: 1 });
        const outcome = own.run(connection, tried, documentsOf(tried.fixture.good(3)));
        await own.untilInRun(outcome, tried, async () => (await own.requests()).length > before);
        await own.settle();
        const startedMs = own.clock.now();
        const closing = connection.close();
        own.clock.go();
        await closing;
        const tookMs = own.clock.now() - startedMs;
        await outcome;
        const did = 'closing while its first request hung';
        const { stopWithinMs } = tried.descriptor.limits;
        expectThat(
          seen.runs.every(({ hasEnded }) => hasEnded),
          'the operation has ended by itself',
          'it was given up',
          did,
          tried.key,
        );
        expectThat(tookMs <= stopWithinMs, `settled within ${stopWithinMs} ms`, `${tookMs} ms`, did, tried.key);
      }
    },
  },
  {
    id: 'LIF-03',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'After closing nothing is done',
    rule: 'The host lets no call through after close(); the plugin itself, asked once more, sends nothing and does not say that all is well.',
    cause: 'a client that connects again in silence, or an answer that was kept',
    async run(trial) {
      const { own, connection, context } = await openConnection(trial);
      await connection.close();
      const before = (await trial.requests()).length;
      const said = await own
        .test(context)
        .catch((error: unknown): readonly TestFinding[] => [
          { name: 'test', ok: false, message: nameOf(error), tookMs: 0 },
        ]);
      const isFine = said.length === 0 || said.some(({ ok }) => !ok);
      expectThat(isFine, 'an error, or a finding that is not ok', said, "calling the plugin's own test after close()");
      const after = (await trial.requests()).length;
      expectThat(after === before, 'no request', `${after - before} requests`, 'calling after close()');
    },
  },
  {
    id: 'LIF-04',
    level: 'MUST',
    profile: 'core',
    needs: [],
    afterAll: true,
    title: 'The process is left as it was',
    rule: 'After a run, and after all checks, the global container of tsyringe, the prototypes and functions of the language, the globals, the listeners of the process and its environment are as before.',
    cause: '@singleton() on a class, which registers it for the whole process; or something global that is replaced',
    async run(trial) {
      const before = listenerCounts();
      const state = takeProcessState();
      const connection = await trial.connect();
      await fullRun(trial, connection);
      await connection.close();
      const registered = [...(await classesOf(trial.plugin, trial))]
        .filter((type) => container.isRegistered(type))
        .map(({ name }) => name);
      expectThat(
        registered.length === 0,
        'none of its classes in the global container',
        registered.join(', '),
        'a full run',
      );
      const changed = [...state.changes(), ...addedListeners(before)];
      expectThat(changed.length === 0, 'the process as it was', changed.join('; '), 'a full run');
      expectThat(trial.changed().length === 0, 'the process as it was', trial.changed().join('; '), 'all other checks');
    },
  },
];

/** An open connection, the plugin's own object for it, and the context that it was opened with. */
async function openConnection(trial: Trial) {
  const { plugin, seen } = trial.observe();
  const connection = await trial.connect({ plugin });
  await connection.test();
  const [own] = seen.connections;
  if (own === undefined) throw new TypeError('the connection was never made');
  const context = {
    signal: new AbortController().signal,
    deadlineEpochMs: trial.clock.now() + 60_000,
    clock: trial.clock,
    logger: silentLogger,
    meter: { note: () => undefined },
  };
  return { own, connection, context };
}

const silentLogger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

async function closeTwice(connection: Connection, atOnce: boolean): Promise<string | undefined> {
  try {
    if (atOnce) await Promise.all([connection.close(), connection.close()]);
    else {
      await connection.close();
      await connection.close();
    }
    return undefined;
  } catch (error) {
    return nameOf(error);
  }
}

/** The classes that a plugin names, with those that they inject. */
async function classesOf(plugin: ConnectorPlugin, trial: Trial): Promise<ReadonlySet<Constructor<unknown>>> {
  const found = new Set<Constructor<unknown>>();
  const add = (type: unknown): void => {
    if (typeof type !== 'function' || found.has(type as Constructor<unknown>)) return;
    found.add(type as Constructor<unknown>);
    const tokens = (Reflect.getOwnMetadata('injectionTokens', type) ?? {}) as Readonly<Record<string, unknown>>;
    for (const token of Object.values(tokens))
      add(typeof token === 'object' && token !== null && 'token' in token ? token.token : token);
  };
  add(plugin.connection);
  for (const shared of plugin.shared ?? []) add(typeof shared === 'function' ? shared : shared[1]);
  add(await plugin.browse?.({}));
  for (const operation of trial.operations()) add(await classOf(plugin, operation));
  return found;
}
