import type { Check } from '../check.js';
import { Compared } from '../compared.js';
import { expectRows } from '../expected-rows.js';
import { expectThat, Unproven } from '../findings.js';
import { dataOf, documentOf, documentsOf, hasLostSurrogates } from '../samples.js';
import type { OperationFixture, Sample } from '../subject.js';
import type { Trial } from '../trial.js';
import type { TriedOperation } from '../tried-operation.js';

const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['an emoji', '\u{1F680} \u{1F469}‍\u{1F4BB}'],
  ['combining characters', 'Cafe\u0301'],
  ['right-to-left text', 'שלום \u202Eabc\u202C'],
  ['a line separator', 'a\u2028b\u2029c'],
  ['a byte order mark', '\uFEFFtext'],
  ['Chinese, Japanese, Korean', '漢字かな한글'],
  ['a NUL', 'a\u0000b'],
  ['a lone surrogate', 'a\uD800b'],
  ['latin letters', 'àéîõü ß Ø Æ'],
];
const NUMBERS = ['9007199254740993', '0.1', '1e400', '1.10', '-0.0000001'];
const DATES = [
  '2026-03-29T02:30:00+01:00',
  '2026-01-15T12:00:00.123Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '2026-02-28',
];
/** Of two, three and four bytes. */
const SPLIT_TEXT = 'é€\u{1F680} ü';
const SPLIT_ROWS = 12;

export const FIDELITY: readonly Check[] = [
  {
    id: 'UNI-01',
    level: 'MUST',
    profile: 'full',
    needs: ['write'],
    title: 'Text arrives as it is',
    rule: 'Emoji, combining and right-to-left characters, line separators, a byte order mark, NUL and, where the format can carry it, a lone surrogate are equal in the ledger, or the document is refused.',
    cause: 'latin1, or a normal form of Unicode',
    async run(trial) {
      await everySample(trial, 'withText', TEXTS);
    },
  },
  {
    id: 'UNI-02',
    level: 'MUST',
    profile: 'full',
    needs: ['http'],
    title: 'Characters survive the borders of pieces',
    rule: 'A document, the answer to it, and the rows of a read that come split inside a character give the same text.',
    cause: 'pieces that are decoded one by one',
    async run(trial) {
      if (trial.writes().length > 0) await expectSplitDocuments(trial);
      if (trial.reads().length > 0) await expectSplitRows(trial);
    },
  },
  {
    id: 'UNI-03',
    level: 'MUST',
    profile: 'full',
    needs: ['write'],
    title: 'Numbers keep every digit',
    rule: `${NUMBERS.join(', ')} are equal in the ledger, or the document is refused.`,
    cause: 'Number(), or JSON.parse and JSON.stringify',
    async run(trial) {
      await everySample(
        trial,
        'withNumber',
        NUMBERS.map((number) => [number, number]),
        // Read as JSON, a document would have lost its digits here.
        ({ data }) => data,
      );
    },
  },
  {
    id: 'UNI-04',
    level: 'MUST',
    profile: 'full',
    needs: ['write'],
    title: 'Dates stay as they are',
    rule: 'Zones, milliseconds, the years 0001 and 9999 and an hour that a change of the clock skips are equal in the ledger, or the document is refused.',
    cause: 'a date that is read and written in local time',
    async run(trial) {
      await everySample(
        trial,
        'withDate',
        DATES.map((date) => [date, date]),
      );
    },
  },
  {
    id: 'UNI-05',
    level: 'MUST',
    profile: 'full',
    needs: ['write'],
    title: 'Null, empty and absent are three things',
    rule: 'A null, an empty text and a field that is not there arrive as they are, or the document is refused.',
    cause: 'nulls that are dropped',
    async run(trial) {
      const compared = new Compared('withNulls');
      for (const { member: withNulls, ...operation } of trial.withMember('withNulls', trial.writes()))
        await expectArrival(trial, operation, [['null, empty and absent', withNulls()]], compared);
      compared.expectSome();
    },
  },
];

async function everySample(
  trial: Trial,
  member: 'withText' | 'withNumber' | 'withDate',
  values: readonly (readonly [name: string, value: string])[],
  toldBy: typeof dataOf = dataOf,
): Promise<void> {
  const compared = new Compared(member);
  for (const { member: make, ...operation } of trial.withMember(member, trial.writes())) {
    const of = make as NonNullable<OperationFixture[typeof member]>;
    await expectArrival(
      trial,
      operation,
      values
        .map(([name, value]) => ({ name, value, sample: of(value) }))
        .filter(({ value, sample }) => !hasLostSurrogates(sample, value))
        .map(({ name, sample }) => [name, sample]),
      compared,
      toldBy,
    );
  }
  compared.expectSome();
}

/** Each document is applied as it is, or refused visibly. */
async function expectArrival(
  trial: Trial,
  operation: TriedOperation,
  samples: readonly (readonly [name: string, sample: Sample])[],
  compared: Compared,
  toldBy: typeof dataOf = dataOf,
): Promise<void> {
  const connection = await trial.connect();
  const { results } = await trial.run(connection, operation, documentsOf(samples.map(([, sample]) => sample)));
  const applied = await trial.ledger();
  for (const [name, sample] of samples) {
    const result = results.find(({ inputs }) => inputs.includes(sample.key));
    const isTold = result?.status === 'success' || result?.status === 'applicationError';
    expectThat(
      isTold,
      'success or applicationError',
      result?.error ?? result?.status,
      `a document with ${name}`,
      operation.key,
    );
    if (result.status !== 'success') continue;
    const seen = applied.get(sample.key)?.data;
    const data = toldBy(sample);
    compared.expectEqual(seen, data, `a document with ${name}`, operation.key);
    const added =
      data === undefined ? [] : Object.keys((seen ?? {}) as object).filter((field) => !Object.hasOwn(data, field));
    expectThat(added.length === 0, 'no field that was absent', added, `a document with ${name}`, operation.key);
  }
}

/** A document and the answers to it, byte by byte. */
async function expectSplitDocuments(trial: Trial): Promise<void> {
  const compared = new Compared('withText');
  for (const { member: withText, ...operation } of trial.withMember('withText', trial.writes())) {
    const sample = withText(SPLIT_TEXT);
    const connection = await trial.connect();
    await trial.fault({ kind: 'split' }, 'all');
    async function* byBytes(): AsyncGenerator<Uint8Array> {
      for (const byte of sample.body) yield Uint8Array.of(byte);
    }
    const { results } = await trial.run(connection, operation, [{ ...documentOf(sample), body: byBytes() }]);
    const did = 'a document and answers that come byte by byte';
    expectThat(
      results[0]?.status === 'success',
      'success',
      results[0]?.error ?? results[0]?.status,
      did,
      operation.key,
    );
    compared.expectEqual((await trial.ledger()).get(sample.key)?.data, dataOf(sample), did, operation.key);
  }
  compared.expectSome();
}

/** Rows whose answers come byte by byte. Of rows that are ASCII no character can be split. */
async function expectSplitRows(trial: Trial): Promise<void> {
  let isSplit = false;
  for (const { member: _, ...operation } of trial.withMember('rowData', trial.reads())) {
    const { trial: own, operation: tried } = await trial.forOperation(operation);
    const there = await own.seedRows(tried, SPLIT_ROWS);
    isSplit ||= there.some((key) => /[^\0-\x7f]/.test(JSON.stringify(tried.fixture.rowData?.(key))));
    const connection = await own.connect();
    await own.fault({ kind: 'split' }, 'all');
    const { outputs } = await own.run(connection, tried, documentsOf(tried.fixture.good(1)));
    const did = `reading ${there.length} rows in answers that come byte by byte`;
    await expectRows(tried, there, outputs, did);
  }
  if (!isSplit)
    throw new Unproven('have `seedRows` make rows with texts that are not all ASCII, and `rowData` tell of these');
}
