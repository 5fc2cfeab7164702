import type { Json } from '@connector-runtime/core';
import type { Check } from '../check.js';
import { expectThat, NotApplicable, SubjectError, Unproven } from '../findings.js';
import { dataOf, documentOf, documentsOf } from '../samples.js';
import { streamed } from '../sources.js';
import type { Sample } from '../subject.js';
import type { Trial } from '../trial.js';
import type { TriedOperation } from '../tried-operation.js';

/** Documents of a request with a bad one, where a batch holds as many. */
const SAMPLES = 5;
/** Several pieces of a stream. */
const LARGE_BYTES = 64 * 1024;

export const BATCHING: readonly Check[] = [
  {
    id: 'BAT-01',
    level: 'MUST',
    profile: 'full',
    needs: ['batch'],
    title: 'No request holds more than a batch',
    rule: 'No request has more documents than `batch.maxDocuments`.',
    cause: 'a batch that is sent when it is over-full',
    async run(trial) {
      const batching = trial.operations().filter(({ descriptor }) => descriptor.batch !== undefined);
      for (const { member: itemsIn, ...operation } of trial.withMember('itemsIn', batching)) {
        const most = operation.descriptor.batch?.maxDocuments ?? 0;
        const connection = await trial.connect();
        const before = (await trial.requests()).length;
        const samples = operation.fixture.good(2 * most + 1);
        await trial.run(connection, operation, documentsOf(samples));
        const writes = (await trial.requests()).slice(before).filter((request) => operation.fixture.isWrite(request));
        await expectAllCounted(trial, operation, samples, writes.map(itemsIn));
        const largest = Math.max(0, ...writes.map((request) => itemsIn(request)));
        expectThat(
          largest > 0 && largest <= most,
          `1 to ${most} documents in a request`,
          largest,
          `${2 * most + 1} documents`,
          operation.key,
        );
      }
    },
  },
  {
    id: 'BAT-02',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'A large document arrives whole, or is refused alone',
    rule: `A streamed document above maxDocumentBytes ends with category tooLarge, no request is sent for it and nothing of it is applied; the others go on. Of one of ${LARGE_BYTES / 1024} KiB, or of maxDocumentBytes if that is less, that is success, the ledger says each text that the document says, and of equal bytes the same, whether they came in memory or as a stream of pieces.`,
    cause: 'a stream of which only the first bytes are taken, or a text that is cut',
    async run(trial) {
      const limited = trial.operations().filter(({ descriptor: { limits } }) => limits.maxDocumentBytes >= 0);
      const whole = trial.writes().filter(({ fixture }) => fixture.sized !== undefined);
      for (const operation of whole) await expectWhole(trial, operation);
      if (limited.length === 0) {
        if (whole.length > 0) return;
        throw new NotApplicable('no operation limits the bytes of a document');
      }
      for (const { member: sized, ...operation } of trial.withMember('sized', limited)) {
        const limit = operation.descriptor.limits.maxDocumentBytes;
        const large = sized(limit + 1);
        const [first, last] = operation.fixture.good(2);
        if (first === undefined || last === undefined) continue;
        const connection = await trial.connect();
        const before = await trial.ledger();
        const sentBefore = (await trial.requests()).length;
        const documents = [documentOf(first), { ...documentOf(large), body: streamed(large.body) }, documentOf(last)];
        const { results, summary } = await trial.run(connection, operation, documents);
        const own = results.find(({ inputs }) => inputs.includes(large.key));
        const did = `a streamed document of ${limit + 1} bytes between two good ones`;
        expectThat(
          own?.error?.category === 'tooLarge',
          'category tooLarge',
          own?.error?.category ?? own?.status,
          did,
          operation.key,
        );
        const after = await trial.ledger();
        expectThat(
          after.get(large.key)?.times === before.get(large.key)?.times,
          'nothing of it applied',
          'an entry in the ledger',
          did,
          operation.key,
        );
        expectThat(summary.counts.success === 2, '2 success', summary.counts, did, operation.key);
        const alone = await trial.writePositions(operation, (fixture) => fixture.good(1));
        const writes = (await trial.requests())
          .slice(sentBefore)
          .filter((request) => operation.fixture.isWrite(request));
        expectThat(
          writes.length <= 2 * alone.length,
          `at most the ${2 * alone.length} writes of the good ones`,
          writes.length,
          did,
          operation.key,
        );
      }
    },
  },
  {
    id: 'BAT-03',
    level: 'MUST',
    profile: 'full',
    needs: ['atomic'],
    title: 'All or none means both',
    rule: 'Where batches are atomic, one bad document leaves nothing of its request applied, and no document of it ends success.',
    cause: 'the good documents of a batch that was rolled back are reported as success',
    async run(trial) {
      const atomic = trial.writes().flatMap(inAtomicBatches);
      if (atomic.length === 0)
        throw new Unproven('add `atomic`, the properties that ask for all or none, to the fixture of an operation');
      for (const operation of trial.withMember('bad', atomic)) {
        const inOne = Math.min(operation.descriptor.batch?.maxDocuments ?? SAMPLES, SAMPLES);
        const good = operation.fixture.good(inOne - 1);
        const middle = Math.floor(good.length / 2);
        const samples = [...good.slice(0, middle), ...operation.member(1), ...good.slice(middle)];
        const connection = await trial.connect();
        const before = (await trial.fixture.ledger()).length;
        const { summary } = await trial.run(connection, operation, documentsOf(samples));
        const did = `one bad document among ${good.length} good ones, in one request`;
        const applied = (await trial.fixture.ledger()).length - before;
        expectThat(applied === 0, 'nothing applied', `${applied} entries in the ledger`, did, operation.key);
        expectThat(summary.counts.success === 0, 'no success', summary.counts, did, operation.key);
      }
    },
  },
];

/** The same large document, in memory and as a stream. */
async function expectWhole(trial: Trial, operation: TriedOperation): Promise<void> {
  const { fixture } = operation;
  const limit = operation.descriptor.limits.maxDocumentBytes;
  const bytes = limit < 0 ? LARGE_BYTES : Math.min(limit, LARGE_BYTES);
  if (fixture.sized === undefined || bytes === 0) return;
  const connection = await trial.connect();
  const arrived: { readonly body: Uint8Array; readonly seen: string }[] = [];
  for (const way of ['in memory', 'streamed']) {
    const sample = fixture.sized(bytes);
    const document = documentOf(sample);
    const body = way === 'streamed' ? streamed(sample.body) : sample.body;
    const { results } = await trial.run(connection, operation, [{ ...document, body }]);
    if (results[0]?.status !== 'success') continue;
    const did = `a document of ${bytes} bytes, ${way}`;
    const data = (await trial.ledger()).get(sample.key)?.data as Readonly<Record<string, Json>> | undefined;
    const cut = Object.entries(dataOf(sample) ?? {})
      .filter(([, value]) => typeof value === 'string')
      .filter(([name, value]) => data?.[name] !== undefined && data[name] !== value)
      .map(([name]) => name);
    expectThat(
      cut.length === 0,
      'each text in the ledger as it was given',
      `${cut.join(', ')} not so`,
      did,
      operation.key,
    );
    arrived.push({ body: sample.body, seen: JSON.stringify(data ?? {}).replaceAll(sample.key, '') });
  }
  await connection.close();
  const [inMemory, asStream] = arrived;
  // With a key in it, the bytes differ: then only the texts can be compared.
  if (inMemory === undefined || asStream === undefined || !Buffer.from(inMemory.body).equals(asStream.body)) return;
  expectThat(
    inMemory.seen === asStream.seen,
    'the same in the ledger',
    'another',
    `a document of ${bytes} bytes in memory, and one of the same bytes streamed`,
    operation.key,
  );
}

/** An operation whose batches are atomic: by its manifest, or by properties of its fixture. */
function inAtomicBatches(operation: TriedOperation): readonly TriedOperation[] {
  const { descriptor, fixture } = operation;
  if (descriptor.batch?.atomic === 'always') return [operation];
  if (descriptor.batch?.atomic !== 'option' || fixture.atomic === undefined) return [];
  const properties = { ...(fixture.properties as Readonly<Record<string, Json>>), ...fixture.atomic };
  return [{ ...operation, fixture: { ...fixture, properties } }];
}

/** Throws a `SubjectError` where each document was applied once, and `itemsIn` counts more or fewer. */
async function expectAllCounted(
  trial: Trial,
  { key: operation }: TriedOperation,
  samples: readonly Sample[],
  items: readonly number[],
): Promise<void> {
  const counted = items.reduce((sum, one) => sum + one, 0);
  if (counted === samples.length) return;
  const ledger = await trial.ledger();
  if (samples.every(({ key }) => ledger.get(key)?.times === 1))
    throw new SubjectError(
      `\`itemsIn\` of ${operation} counts ${counted} documents in ${items.length} requests, and ${samples.length} were applied once each`,
    );
}
