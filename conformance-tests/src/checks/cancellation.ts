import type { Check } from '../check.js';
import { expectThat, Unproven } from '../findings.js';
import { documentOf, documentsOf } from '../samples.js';
import { countedSource } from '../sources.js';
import type { Trial } from '../trial.js';
import { type TriedOperation, typed } from '../tried-operation.js';

/** Shorter than the limit of any attempt. */
const DEADLINE_MS = 20_000;

export const CANCELLATION: readonly Check[] = [
  {
    id: 'CAN-01',
    level: 'MUST',
    profile: 'core',
    needs: ['write'],
    title: 'What is cancelled before it is sent is not attempted',
    rule: 'Aborted while the first document is being read, no request with an effect is sent and the document ends notAttempted. (Aborted before the start, the host does not ask the plugin at all.)',
    cause: 'the signal of the call is not handed to the request',
    async run(trial) {
      for (const operation of trial.writes()) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        await abortWhileReading(own, tried);
      }
    },
  },
  {
    id: 'CAN-02',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'A cancelled operation stops in time',
    rule: 'Aborted while a request hangs, and while the next attempt is waited for, the operation ends by itself within stopWithinMs.',
    cause: 'a pause by setTimeout, or a request without the signal',
    async run(trial) {
      for (const operation of trial.operations()) {
        for (const kind of ['hang', 'busy'] as const) {
          const { trial: own, operation: tried } = await trial.forOperation(operation);
          const { plugin, seen } = own.observe();
          const connection = await own.connect({ plugin });
          await connection.test();
          const before = (await own.requests()).length;
          await own.faultAndHold(kind === 'hang' ? { kind } : own.busy, { from: 1 });
          const controller = new AbortController();
          const running = own.run(connection, tried, documentsOf(tried.fixture.good(3)), { signal: controller.signal });
          await own.untilInRun(running, tried, async () => (await own.requests()).length > before);
          controller.abort();
          own.clock.go();
          await running;
          const refusal = own.hasOwnSockets ? 'a refusal' : 'an answer 503';
          const did = kind === 'hang' ? 'aborted while a request hung' : `aborted after ${refusal}`;
          expectThat(
            seen.runs.every(({ hasEnded }) => hasEnded),
            `the operation has ended by itself within ${tried.descriptor.limits.stopWithinMs} ms`,
            'it was given up',
            did,
            tried.key,
          );
        }
      }
    },
  },
  {
    id: 'CAN-03',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'After an abort nothing new is begun',
    rule: 'Aborted after the first result, no further document is pulled and no new work is begun: at most one request for each piece of work in flight, to clean up after it. A read that is aborted after its first row ends success only where every row was given.',
    cause: 'the signal is looked at before the first request only, or its abort is taken for the end',
    async run(trial) {
      for (const operation of trial.operations()) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        const source = countedSource(documentsOf(tried.fixture.good(60)));
        const controller = new AbortController();
        const connection = await own.connect();
        let sent = 0;
        let pulled = 0;
        const execution = own.execute(connection, tried, source.documents, { signal: controller.signal });
        for await (const event of execution) {
          if (event.type !== 'result' || controller.signal.aborted) continue;
          controller.abort();
          sent = (await own.requests()).length;
          ({ pulled } = source);
        }
        await own.settle();
        const more = { requests: (await own.requests()).length - sent, documents: source.pulled - pulled };
        const most = tried.descriptor.limits.maxInFlight;
        expectThat(
          more.requests <= most && more.documents === 0,
          `at most ${most} requests, no further document`,
          more,
          'aborted after the first result of 60',
          tried.key,
        );
        if (operation.descriptor.effect === 'read') await abortWithinRead(trial, operation);
      }
    },
  },
  {
    id: 'CAN-04',
    level: 'MUST',
    profile: 'core',
    needs: ['write'],
    title: 'What may have been applied is not called notAttempted',
    rule: 'Aborted, or overtaken by its deadline, after a write has reached the service, its documents end success or unknown.',
    cause: 'what is in flight at an abort, or at the deadline, is taken for not sent',
    async run(trial) {
      for (const operation of trial.writes()) {
        // Those that one document takes: before further ones, time may have to pass.
        const writes = await trial.writePositions(operation, (fixture) => fixture.good(1));
        for (let nth = 1; nth <= writes.length; nth += 1) await endAtWrite(trial, operation, nth, 'abort');
        if (writes.length > 0) await endAtWrite(trial, operation, writes.length, 'deadline');
      }
    },
  },
  {
    id: 'CAN-05',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'A host that leaves is cleaned up after',
    rule: 'When the host leaves the loop, the operation closes its input, ends, and leaves no request behind.',
    cause: 'a generator without a finally',
    async run(trial) {
      for (const operation of trial.readsLast()) {
        const { trial: own, operation: tried } = await trial.forOperation(operation);
        if (tried.descriptor.effect === 'read') await own.seedRows(tried, 25);
        const { plugin, seen } = own.observe();
        const connection = await own.connect({ plugin });
        for await (const _ of own.execute(connection, tried, documentsOf(tried.fixture.good(30)))) break;
        await own.settle();
        const sent = (await own.requests()).length;
        await own.settle();
        const did = 'left the loop after the first event of 30 documents';
        expectThat(
          seen.runs.every(({ hasEnded }) => hasEnded),
          'the operation has ended',
          'it has not',
          did,
          tried.key,
        );
        expectThat(
          seen.runs.every(({ hasClosedInput }) => hasClosedInput),
          'its input closed',
          'it is not',
          did,
          tried.key,
        );
        const more = (await own.requests()).length - sent;
        expectThat(
          more === 0 && own.traffic.inFlightNow === 0,
          'no request behind',
          { more, inFlight: own.traffic.inFlightNow },
          did,
          tried.key,
        );
      }
    },
  },
  {
    id: 'CAN-06',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'Opening, testing and browsing can be cancelled',
    rule: "Aborted while its first request hangs, the plugin's own open, test, objectTypes, describe or fields has settled when the host's call has.",
    cause: 'an open that does not hand the signal on',
    async run(trial) {
      const { browse } = trial.plugin.manifest;
      const browsing = browse === undefined ? [] : (['objectTypes', 'describe'] as const);
      const byLevel = browse?.lazyFields === true ? (['fields'] as const) : [];
      let hung = 0;
      for (const what of ['open', 'test', ...browsing, ...byLevel] as const)
        if (await abortCall(trial, what)) hung += 1;
      // What asks the service for nothing has nothing to cancel; of all of them that is not to be believed.
      if (hung === 0) throw new Unproven('no request was seen of opening, testing and browsing');
    },
  },
];

/** A read of three pages is aborted when its first row is there; one that asks for what its documents name has no pages. */
async function abortWithinRead(trial: Trial, operation: TriedOperation): Promise<void> {
  if (operation.fixture.looksUp || trial.fixture.seedRows === undefined) return;
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  const rows = await own.seedPages(tried, 3);
  const controller = new AbortController();
  const connection = await own.connect();
  const execution = own.execute(connection, tried, documentsOf(tried.fixture.good(1)), { signal: controller.signal });
  let outputs = 0;
  for await (const { type } of execution) {
    if (type !== 'output') continue;
    outputs += 1;
    controller.abort();
  }
  const { counts } = await execution.summary;
  expectThat(
    counts.success === 0 || outputs >= rows.length,
    `success only with ${rows.length} outputs`,
    `success with ${outputs}`,
    'a read of three pages, aborted after its first row',
    tried.key,
  );
}

/** The nth write reaches the service and hangs; then the call is aborted, or its time is over. */
async function endAtWrite(
  trial: Trial,
  operation: TriedOperation,
  nth: number,
  end: 'abort' | 'deadline',
): Promise<void> {
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  const samples = tried.fixture.good(3);
  const connection = await own.connect();
  await connection.test();
  const before = (await own.fixture.ledger()).length;
  await own.faultAndHold({ kind: 'hang' }, { fromWrite: nth }, tried);
  if (end === 'deadline') own.clock.passUpTo(DEADLINE_MS / 4);
  const controller = new AbortController();
  const running = own.run(
    connection,
    tried,
    documentsOf(samples),
    end === 'abort' ? { signal: controller.signal } : { deadlineMs: DEADLINE_MS },
  );
  // A write that is only a step towards one, such as the making of a job, leaves nothing in the ledger.
  await own.untilInRun(running, tried, async () => own.isHanging || (await own.fixture.ledger()).length > before);
  await own.settle();
  if (end === 'abort') controller.abort();
  else own.clock.passLimits();
  own.clock.go();
  const { results } = await running;
  const applied = new Set((await own.fixture.ledger()).slice(before).map(({ key }) => key));
  const lies = results.filter(
    ({ inputs, status }) => inputs.some((key) => applied.has(key)) && status !== 'success' && status !== 'unknown',
  );
  const shown = lies.map(({ inputs, status }) => `${inputs.join(',')} ${status}`).join('; ');
  expectThat(
    lies.length === 0,
    'success or unknown for what is in the ledger',
    shown,
    `${end === 'abort' ? 'aborted' : 'the deadline passed'} when the service had applied a write and not answered`,
    tried.key,
  );
}

/** The first document's body aborts the call when its bytes are asked for. */
async function abortWhileReading(trial: Trial, operation: TriedOperation): Promise<void> {
  const [sample] = operation.fixture.good(1);
  if (sample === undefined) return;
  const { body: bytes } = sample;
  const connection = await trial.connect();
  await connection.test();
  const before = (await trial.requests()).length;
  const controller = new AbortController();
  async function* body() {
    controller.abort();
    yield bytes;
  }
  const document = { ...documentOf(sample), body: body() };
  const { summary } = await trial.run(connection, operation, [document], { signal: controller.signal });
  const writes = (await trial.requests()).slice(before).filter((request) => operation.fixture.isWrite(request)).length;
  const did = 'aborted while the first document was read';
  expectThat(writes === 0, 'no request with an effect', writes, did, operation.key);
  expectThat(summary.counts.notAttempted === 1, 'the document notAttempted', summary.counts, did, operation.key);
}

/** The first request that the call itself sends hangs, whatever was sent before; then it is aborted. Was there one? */
async function abortCall(
  trial: Trial,
  what: 'open' | 'test' | 'objectTypes' | 'describe' | 'fields',
): Promise<boolean> {
  const own = await trial.again();
  const { plugin, seen } = own.observe();
  const connection = await own.connect({ plugin });
  const [operation] = typed(own);
  const ofTypes = what === 'objectTypes' || what === 'describe' || what === 'fields';
  if (operation === undefined && ofTypes) return false;
  if (what !== 'open') await connection.test();
  const before = (await own.requests()).length;
  await own.faultAndHold({ kind: 'hang' }, { from: 1 });
  const controller = new AbortController();
  const options = { signal: controller.signal };
  const query = { operation: operation?.id ?? '', objectType: operation?.fixture.objectType ?? '' };
  const call = {
    open: () => connection.test(options),
    test: () => connection.test(options),
    objectTypes: async () => connection.objectTypes(query, options)[Symbol.asyncIterator]().next(),
    describe: () =>
      connection.describe({ ...query, role: 'input', properties: operation?.fixture.properties ?? {} }, options),
    fields: async () =>
      connection
        .fields({ ...query, path: [] }, options)
        [Symbol.asyncIterator]()
        .next(),
  }[what]();
  const ended = call.then(
    () => undefined,
    (error: unknown) => error,
  );
  const hangs = await own.until(async () => (await own.requests()).length > before, ended);
  await own.settle();
  controller.abort();
  await own.settle();
  own.clock.go();
  await ended;
  if (!hangs) return false;
  expectThat(
    seen.calls.every(({ hasSettled }) => hasSettled),
    "the plugin's own call has settled",
    seen.calls.filter(({ hasSettled }) => !hasSettled).map(({ name }) => name),
    `${what}, aborted while its first request hung`,
  );
  return true;
}
