import type { Check } from '../check.js';
import { runChild, tellOfEnd } from '../child-process.js';
import { expectThat } from '../findings.js';
import { documentsOf } from '../samples.js';
import { countedSource } from '../sources.js';
import type { Trial } from '../trial.js';
import { requestOf, type TriedOperation } from '../tried-operation.js';

const SMALL_HEAP_MB = 64;
/** A young generation that may grow does so with the rows, kept or not, and tells nothing of the plugin. */
const YOUNG_HEAP_MB = 1;
const ROWS = 2_000;
const STREAM_BYTES = 200_000_000;
const SMALL_STREAM_BYTES = 64 * 1024;
/** Half the stream: what passes through and waits to be collected is a quarter of it at most. */
const MOST_MORE_BYTES = STREAM_BYTES / 2;
const MOST_GROWTH = 1.2;
/** A process may happen to stay small with few rows; only growth that is there each time is the plugin's. */
const TRIES = 3;

export const BACKPRESSURE: readonly Check[] = [
  {
    id: 'BPR-01',
    level: 'MUST',
    profile: 'full',
    needs: ['read'],
    title: 'A read waits for its host',
    rule: 'When the host stops after 5 events, at most one page more is asked for.',
    cause: 'pages that are fetched ahead without limit',
    async run(trial) {
      for (const operation of trial.reads()) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        await own.seedPages(tried, 20);
        const connection = await own.connect();
        const events = own.execute(connection, tried, documentsOf(tried.fixture.good(1)))[Symbol.asyncIterator]();
        for (let taken = 0; taken < 5; taken += 1) await events.next();
        const sent = (await own.requests()).length;
        for (let time = 0; time < 5; time += 1) await own.settle();
        const more = (await own.requests()).length - sent;
        await events.return?.(undefined);
        expectThat(more <= 1, 'at most one request more', more, 'a host that stops after 5 events', tried.key);
      }
    },
  },
  {
    id: 'BPR-02',
    level: 'MUST',
    profile: 'full',
    needs: ['batch'],
    title: 'A batching write waits for its host',
    rule: 'When the host does not pull, at most as many documents are taken as maxInFlight requests and two batches hold.',
    cause: 'the whole input is read first',
    async run(trial) {
      for (const operation of trial.writes().filter(({ descriptor }) => descriptor.batch !== undefined)) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        const batch = tried.descriptor.batch?.maxDocuments ?? 1;
        const most = (tried.descriptor.limits.maxInFlight + 2) * batch;
        const source = countedSource(documentsOf(tried.fixture.good(3 * most)));
        const connection = await own.connect();
        const events = own.execute(connection, tried, source.documents)[Symbol.asyncIterator]();
        await events.next();
        for (let time = 0; time < 5; time += 1) await own.settle();
        const { pulled } = source;
        await events.return?.(undefined);
        expectThat(
          pulled <= most,
          `at most ${most} documents taken`,
          pulled,
          'a host that stops after one event',
          tried.key,
        );
      }
    },
  },
  {
    id: 'BPR-03',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Memory does not grow with the data',
    rule: `In a process with a heap of ${SMALL_HEAP_MB} MB, ten times ${ROWS} rows take at most ${MOST_GROWTH} times the memory, success meaning that every row came, and a streamed document of ${STREAM_BYTES / 1_000_000} MB takes at most ${MOST_MORE_BYTES / 1_000_000} MB more than a small one and passes, ends tooLarge, or is refused by the service or as a small one is.`,
    cause: 'rows, or a document, that are collected before they are given on',
    ownProcess: true,
    async run(trial) {
      for (const operation of trial.operations()) {
        if (operation.descriptor.effect === 'read') {
          let growth = Number.POSITIVE_INFINITY;
          for (let time = 0; time < TRIES && growth > MOST_GROWTH; time += 1)
            growth = Math.min(growth, await growthOf(trial, operation));
          expectThat(
            growth <= MOST_GROWTH,
            `at most ${MOST_GROWTH} times the memory`,
            `${growth.toFixed(2)} times`,
            `reading ${ROWS} and ${10 * ROWS} rows`,
            operation.key,
          );
        } else {
          await streamThrough(trial, operation);
        }
      }
    },
  },
];

/** A document that is streamed through a write. */
async function streamThrough(trial: Trial, operation: TriedOperation): Promise<void> {
  const [sample] = operation.fixture.good(1);
  const { mediaType, properties } = sample ?? {};
  const document = { id: 'large', mediaType, ...(properties === undefined ? {} : { properties }) };
  const run = (streamBytes: number) =>
    measured(trial.subject.entry, trial.fixture.connections.valid, requestOf(operation), { document, streamBytes });
  const did = `a streamed document of ${STREAM_BYTES / 1_000_000} MB`;
  let more = Number.POSITIVE_INFINITY;
  for (let time = 0; time < TRIES && more > MOST_MORE_BYTES; time += 1) {
    const { peakBytes, counts, category, isOfService } = await run(STREAM_BYTES);
    const isPlain = counts['success'] === 1 || category === 'tooLarge' || isOfService;
    // Another process is started only where it may change what is to be said.
    const small = isPlain && peakBytes <= MOST_MORE_BYTES ? undefined : await run(SMALL_STREAM_BYTES);
    const isFine = isPlain || (category !== undefined && category === small?.category);
    expectThat(
      isFine,
      "success, category tooLarge, a refusal of the service or a small document's",
      { counts, category },
      did,
      operation.key,
    );
    more = Math.min(more, peakBytes - (small?.peakBytes ?? 0));
  }
  expectThat(
    more <= MOST_MORE_BYTES,
    `at most ${MOST_MORE_BYTES / 1_000_000} MB more than a small one takes`,
    `${Math.round(more / 1_000_000)} MB more`,
    did,
    operation.key,
  );
}

/** How much more memory a read of ten times the rows takes. */
async function growthOf(trial: Trial, operation: TriedOperation): Promise<number> {
  const peaks: number[] = [];
  for (const rows of [ROWS, 10 * ROWS]) {
    const { trial: own, operation: tried } = await trial.forOperation(operation);
    const { length: there } = await own.seedRows(tried, rows);
    const { entry } = own.subject;
    const { peakBytes, outputs, counts } = await measured(entry, own.fixture.connections.valid, requestOf(tried), {});
    expectThat(
      tried.fixture.looksUp === true || outputs === there || counts['success'] === 0,
      `${there} outputs, or no success`,
      `${outputs} outputs, and success`,
      `reading ${there} rows`,
      tried.key,
    );
    peaks.push(peakBytes);
  }
  return (peaks[1] ?? 0) / (peaks[0] ?? 1);
}

/** One run in a process of its own, with a small heap. */
async function measured(entry: string, properties: unknown, request: object, options: object) {
  const child = await runChild(
    'run-once',
    { entry, properties, request, ...options },
    { nodeArgs: [`--max-old-space-size=${SMALL_HEAP_MB}`, `--max-semi-space-size=${YOUNG_HEAP_MB}`] },
  );
  const { report, stderr } = child;
  if (report !== undefined)
    return report as {
      readonly peakBytes: number;
      readonly outputs: number;
      readonly counts: Readonly<Record<string, number>>;
      readonly category?: string;
      /** The service said so. */
      readonly isOfService: boolean;
    };
  if (/heap out of memory/.test(stderr))
    expectThat(
      false,
      `to end within a heap of ${SMALL_HEAP_MB} MB`,
      'the heap was used up',
      'a run in a process of its own',
    );
  tellOfEnd(child, 'a run in a process of its own');
}
