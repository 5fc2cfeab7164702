import { isDeepStrictEqual } from 'node:util';
import type { CheckpointEvent, Json, OperationEvent } from '@connector-runtime/core';
import type { RuntimeConnection } from '@connector-runtime/runtime';
import type { Check } from '../check.js';
import { expectThat, Unproven } from '../findings.js';
import { documentsOf } from '../samples.js';
import type { Trial } from '../trial.js';
import type { TriedOperation } from '../tried-operation.js';

const MAX_STATE_BYTES = 64 * 1024;

/** How much is read: full pages (and one row more), for each of so many documents. */
interface Size {
  readonly pages: number;
  readonly documents: number;
}

const ONE: Size = { pages: 3, documents: 1 };
const SIZES: readonly Size[] = [ONE, { pages: 1, documents: 2 }];

export const CHECKPOINTS: readonly Check[] = [
  {
    id: 'CHK-01',
    level: 'MUST',
    profile: 'full',
    needs: ['resumable'],
    title: 'A resumed run is the rest',
    rule: 'Left after every event in turn and resumed from its last checkpoint, a run over one document or two gives what is missing, and nothing that came before the checkpoint.',
    cause: 'a checkpoint that is yielded before its rows',
    async run(trial) {
      for (const operation of resumable(trial)) {
        for (const size of SIZES) {
          const { own, tried, whole } = await wholeRun(trial, operation, size);
          const wanted = [...keysOf(whole, tried)].sort();
          const left = await own.connect();
          for (let events = 1; events < whole.length; events += 1) {
            const { seen, state } = await leftAfter(own, left, tried, { events, size });
            const connection = await own.connect();
            const documents = documentsOf(documentsFor(tried, size));
            const rest = await own.run(connection, tried, documents, state === undefined ? {} : { resumeFrom: state });
            await connection.close();
            const before =
              state === undefined
                ? []
                : seen.slice(
                    0,
                    seen.findLastIndex(({ type }) => type === 'checkpoint'),
                  );
            const union = [...keysOf(before, tried), ...keysOf(rest.events, tried)].sort();
            expectThat(
              isDeepStrictEqual(union, wanted),
              `${wanted.length} outputs, each once`,
              differenceOf(union, wanted),
              `${size.documents} document${size.documents === 1 ? '' : 's'}, left after event ${events} of ${whole.length}, resumed from the last checkpoint`,
              tried.key,
            );
          }
        }
      }
    },
  },
  {
    id: 'CHK-02',
    level: 'MUST',
    profile: 'full',
    needs: ['resumable'],
    title: 'A checkpoint can be kept',
    rule: 'The state of a checkpoint survives JSON and has at most 64 KB.',
    cause: 'a Date, or the rows themselves, in the state',
    async run(trial) {
      for (const operation of resumable(trial)) {
        const { whole, tried } = await wholeRun(trial, operation);
        for (const event of whole) {
          if (event.type !== 'checkpoint') continue;
          const text = JSON.stringify(event.state);
          expectThat(
            isDeepStrictEqual(JSON.parse(text), event.state),
            'a state that survives JSON',
            text.slice(0, 300),
            'a checkpoint',
            tried.key,
          );
          expectThat(
            text.length <= MAX_STATE_BYTES,
            `at most ${MAX_STATE_BYTES} bytes`,
            text.length,
            'a checkpoint',
            tried.key,
          );
        }
      }
    },
  },
  {
    id: 'CHK-03',
    level: 'MUST',
    profile: 'full',
    needs: ['resumable'],
    title: 'A wrong checkpoint is an error',
    rule: 'A state that is damaged or of another kind ends the run with an error; it never becomes a new start.',
    cause: 'a state that is ignored where it does not fit',
    async run(trial) {
      for (const operation of resumable(trial)) {
        const { own, tried, whole } = await wholeRun(trial, operation);
        const good = whole.find((event): event is CheckpointEvent => event.type === 'checkpoint')?.state;
        for (const [name, state] of [
          ['of another kind', { foreign: true }],
          ['damaged', 'x7'],
          ['a number', 42],
        ] as const) {
          const connection = await own.connect();
          const resumeFrom = withState(good ?? {}, state);
          const { outputs, summary, results } = await own.run(
            connection,
            tried,
            documentsOf(documentsFor(tried, ONE)),
            {
              resumeFrom,
            },
          );
          const error = summary.error ?? results.find((result) => result.error !== undefined)?.error;
          const did = `resumed from a state that is ${name}`;
          expectThat(
            outputs.length === 0 && error !== undefined,
            'an error and no output',
            { outputs: outputs.length, error: error?.code },
            did,
            tried.key,
          );
        }
      }
    },
  },
];

function resumable(trial: Trial): readonly TriedOperation[] {
  return trial.operations().filter(({ descriptor }) => descriptor.resumable && descriptor.effect === 'read');
}

/** Under the same ids each time. */
function documentsFor({ fixture }: TriedOperation, { documents }: Size) {
  return fixture.good(documents).map((sample, index) => ({ ...sample, key: `resumed-${index}` }));
}

/** All events of a run over several pages. */
async function wholeRun(trial: Trial, operation: TriedOperation, size: Size = ONE) {
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  await own.seedPages(tried, size.pages);
  const connection = await own.connect();
  const { events } = await own.run(connection, tried, documentsOf(documentsFor(tried, size)));
  if (!events.some(({ type }) => type === 'checkpoint'))
    throw new Unproven("the fixture's read yields no checkpoint over several pages; set `pageRows`");
  return { own, tried, whole: events };
}

/** What a host has that leaves after so many events. */
async function leftAfter(
  trial: Trial,
  connection: RuntimeConnection,
  operation: TriedOperation,
  { events, size }: { readonly events: number; readonly size: Size },
) {
  const seen: OperationEvent[] = [];
  let state: Json | undefined;
  for await (const event of trial.execute(connection, operation, documentsOf(documentsFor(operation, size)))) {
    seen.push(event);
    if (event.type === 'checkpoint') ({ state } = event);
    if (seen.length === events) break;
  }
  return { seen, state };
}

function keysOf(events: readonly OperationEvent[], { fixture }: TriedOperation): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'output' ? [`${fixture.keyOf(event) ?? 'an output without a key'} of ${event.inputs.join()}`] : [],
  );
}

function differenceOf(seen: readonly string[], wanted: readonly string[]): string {
  const missing = wanted.filter((key) => !seen.includes(key));
  const twice = seen.filter((key, index) => seen.indexOf(key) !== index);
  return `${missing.length} missing (${missing.slice(0, 3).join(', ')}), ${twice.length} twice (${twice.slice(0, 3).join(', ')})`;
}

/** The host's record of a checkpoint, with another state of the operation in it. */
function withState(checkpoint: Json, state: Json): Json {
  return { ...(checkpoint as Readonly<Record<string, Json>>), state };
}
