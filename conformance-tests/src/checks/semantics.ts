import { isDeepStrictEqual } from 'node:util';
import type { Check } from '../check.js';
import { expectRows } from '../expected-rows.js';
import { expectThat, SubjectError, Unproven } from '../findings.js';
import { giveRowsToRead } from '../rows-to-read.js';
import { dataOf, documentsOf } from '../samples.js';
import type { LedgerEntry, Sample } from '../subject.js';
import type { Trial } from '../trial.js';
import { requestOf, type TriedOperation } from '../tried-operation.js';

const DOCUMENTS = 12;
/** More than a plugin that counts pages or rows would take for all there are. */
const MANY_PAGES = 12;

export const SEMANTICS: readonly Check[] = [
  {
    id: 'OPS-01',
    level: 'MUST',
    profile: 'full',
    needs: ['read'],
    title: 'A read gives every row once',
    rule: `Of three pages and one row more, read for each of two documents, and of ${MANY_PAGES} pages and one row more, the keys that come out are those that are there, each once (of one that looks up, the row that each document names); where \`rowData\` tells the fields of a row, its output has them.`,
    cause: 'the last row of a page, or the last page, is lost; or `seedRows` names rows that the service does not have',
    async run(trial) {
      for (const operation of trial.reads()) {
        for (const [pages, documents] of [
          [3, 2],
          [MANY_PAGES, 1],
        ] as const) {
          const { trial: own, operation: tried } = await trial.forOperation(operation);
          const seeded = tried.fixture.looksUp === true ? undefined : await own.seedPages(tried, pages);
          const samples = tried.fixture.good(documents);
          const { outputs, summary } = await own.run(await own.connect(), tried, documentsOf(samples));
          const rows = seeded === undefined ? 'the row that is named' : `${seeded.length} rows`;
          const did = `reading ${rows}${documents === 1 ? '' : ' for each of two documents'}`;
          expectThat(summary.complete, 'complete', summary.error?.message ?? 'it is not', did, tried.key);
          for (const { key } of samples)
            await expectRows(
              tried,
              seeded ?? [key],
              outputs.filter(({ inputs }) => inputs.includes(key)),
              did,
            );
        }
      }
    },
  },
  {
    id: 'OPS-02',
    level: 'MUST',
    profile: 'full',
    needs: ['create'],
    title: 'A create applies what the document says',
    rule: `Of ${DOCUMENTS} good documents the service has applied ${DOCUMENTS}, each with every field that it gave.`,
    cause: 'a field that is dropped on the way',
    async run(trial) {
      let compared = 0;
      for (const operation of trial.operations().filter(({ descriptor }) => descriptor.effect === 'create')) {
        const samples = operation.fixture.good(DOCUMENTS);
        const applied = await appliedBy(trial, operation, samples);
        expectThat(
          applied.length === DOCUMENTS,
          `${DOCUMENTS} entries in the ledger`,
          applied.length,
          `creating ${DOCUMENTS} documents`,
          operation.key,
        );
        for (const sample of samples)
          if (entryAsGiven(sample, applied, `creating ${sample.key}`, operation) !== undefined) compared += 1;
      }
      if (compared === 0) throw new Unproven('add `data` to the samples of a create');
    },
  },
  {
    id: 'OPS-03',
    level: 'MUST',
    profile: 'full',
    needs: ['update'],
    title: 'An update changes what the document says, and nothing else',
    rule: 'Of the named records every given field changes, and no other; no other record does.',
    cause: 'fields that are missing from the document are sent as null, or a field is dropped on the way',
    async run(trial) {
      const updates = trial
        .operations()
        .filter(({ descriptor }) => descriptor.effect === 'update' || descriptor.effect === 'upsert');
      let compared = 0;
      for (const operation of updates) {
        const samples = operation.fixture.good(3);
        const applied = await appliedBy(trial, operation, samples);
        const foreign = applied.filter(({ key }) => !samples.some((sample) => sample.key === key));
        expectThat(
          foreign.length === 0,
          'only the named records',
          foreign.map(({ key }) => key),
          'three documents',
          operation.key,
        );
        for (const sample of samples) {
          const data = dataOf(sample);
          const entry = entryAsGiven(sample, applied, 'three documents', operation);
          if (data === undefined || entry === undefined) continue;
          const added = Object.keys(entry.data as object).filter((name) => !Object.hasOwn(data, name));
          expectThat(
            added.length === 0,
            'only the given fields',
            `${sample.key}: also ${added.join(', ')}`,
            'three documents',
            operation.key,
          );
          compared += 1;
        }
      }
      if (compared === 0) throw new Unproven('add `data` to the samples of an update');
    },
  },
  {
    id: 'OPS-04',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'No documents, no work',
    rule: 'With an empty input an operation completes and sends no request with an effect.',
    cause: 'an empty batch that is sent when nothing came in',
    async run(trial) {
      const connection = await trial.connect();
      for (const operation of trial.operations()) {
        const before = (await trial.requests()).length;
        const { summary } = await trial.run(connection, operation, []);
        const writes = (await trial.requests()).slice(before).filter((request) => operation.fixture.isWrite(request));
        expectThat(
          summary.complete && summary.error === undefined,
          'complete',
          summary.error?.message ?? 'it is not',
          'no documents',
          operation.key,
        );
        expectThat(
          writes.length === 0,
          'no request with an effect',
          writes.map(({ method, path }) => `${method} ${path}`),
          'no documents',
          operation.key,
        );
      }
    },
  },
  {
    id: 'OPS-05',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Outputs have a declared media type',
    rule: 'The media type of every output is one that the operation emits.',
    cause: 'a media type that was changed in the code and not in the manifest',
    async run(trial) {
      const connection = await trial.connect();
      for (const operation of trial.readsLast()) {
        if (operation.descriptor.effect === 'read') await trial.seedRows(operation, 3);
        const { outputs } = await trial.run(connection, operation, documentsOf(operation.fixture.good(3)));
        const others = outputs
          .map(({ mediaType }) => mediaType)
          .filter((type) => type === undefined || !operation.descriptor.emits.includes(type));
        expectThat(
          others.length === 0,
          operation.descriptor.emits.join(' or '),
          others.slice(0, 3),
          'three documents',
          operation.key,
        );
      }
    },
  },
  {
    id: 'OPS-06',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'What only looks changes nothing',
    rule: 'Testing, browsing, reading and reconciling leave the ledger as it is and send no request with an effect.',
    cause: 'a test that creates a record to see whether it may; or `isWrite` of the fixture names too much',
    async run(trial) {
      const before = (await trial.fixture.ledger()).length;
      const connection = await trial.connect();
      await connection.test();
      for (const operation of trial.operations()) {
        const { objectType } = operation.fixture;
        if (trial.plugin.browse !== undefined && objectType !== undefined) {
          await connection.describe({
            operation: operation.id,
            objectType,
            role: 'output',
            properties: operation.fixture.properties,
          });
        }
        await giveRowsToRead(trial, operation);
        if (operation.descriptor.effect === 'read')
          await trial.run(connection, operation, documentsOf(operation.fixture.good(1)));
        if (operation.descriptor.reconciles)
          await trial.outcomeOf(connection.reconcile(requestOf(operation), documentsOf(operation.fixture.good(2))));
      }
      const writes = (await trial.requests()).filter((request) =>
        trial.writes().some(({ fixture }) => fixture.isWrite(request)),
      );
      expectThat(
        writes.length === 0,
        'no request with an effect',
        writes.map(({ method, path }) => `${method} ${path}`),
        'testing, browsing, reading and reconciling',
      );
      const more = (await trial.fixture.ledger()).length - before;
      if (more !== 0)
        throw new SubjectError(`${more} entries are new in the ledger, and \`isWrite\` says no of every request`);
    },
  },
];

/** The sample's entry, which has every field as it was given; `undefined` where only the author could tell. */
function entryAsGiven(
  sample: Sample,
  applied: readonly LedgerEntry[],
  did: string,
  operation: TriedOperation,
): LedgerEntry | undefined {
  const data = dataOf(sample);
  if (data === undefined) return undefined;
  const entry = applied.find(({ key }) => key === sample.key);
  const given = entry?.data as Readonly<Record<string, unknown>> | undefined;
  const lost = Object.keys(data).filter((name) => !isDeepStrictEqual(given?.[name], data[name]));
  expectThat(
    entry !== undefined && lost.length === 0,
    'every field as it was given',
    entry === undefined ? `${sample.key}: no entry in the ledger` : `${sample.key}: ${lost.join(', ')} not so`,
    did,
    operation.key,
  );
  return entry;
}

/** What the service applied of these samples, in one run. */
async function appliedBy(trial: Trial, operation: TriedOperation, samples: readonly Sample[]) {
  const before = (await trial.fixture.ledger()).length;
  const connection = await trial.connect();
  await trial.run(connection, operation, documentsOf(samples));
  return (await trial.fixture.ledger()).slice(before);
}
