import { gzipSync } from 'node:zlib';
import type { ErrorInfo, ResultEvent } from '@connector-runtime/core';
import { addressesAstray } from '../addresses-astray.js';
import type { Check } from '../check.js';
import { Compared } from '../compared.js';
import { expectThat, Unproven } from '../findings.js';
import type { Fault } from '../lent/traffic.js';
import { dataOf, documentsOf } from '../samples.js';
import type { Sample } from '../subject.js';
import type { Trial } from '../trial.js';
import type { TriedOperation } from '../tried-operation.js';

const QUICK_MS = 1_000;
/** A job that never ends may be asked for a hundred times before its deadline. */
const MOST_REQUESTS = 120;
const MEBIBYTE = 1024 * 1024;
/** What the host allows where the service has no end: less than the defaults, which would only take longer to reach. */
const ALLOWED = { maxAnswerBytes: 8 * MEBIBYTE, spoolBytes: 32 * MEBIBYTE };
const BOMB_BYTES = 64 * MEBIBYTE;

/** Text that is syntax somewhere. */
const SYNTAX = [
  "O'Brien",
  'back\\slash',
  'a"b',
  "' OR 1=1 --",
  'line\r\nX-Injected: yes',
  '100%25',
  '../../admin',
  '#fragment?x=1&y=2',
  '<b>&amp;</b>',
  '{{y}}',
];
/** Members of a JSON object. */
const PROTOTYPE_NAMES = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
/** Text that is none. */
const PLAIN = 'Plaintext';

export const HOSTILE: readonly Check[] = [
  {
    id: 'HOS-01',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'A hostile document harms nobody',
    rule: 'Each hostile document of the fixture (an entity bomb, an external entity, very deep nesting) ends applicationError within a second, and the next one goes on.',
    cause: 'a parser that resolves entities, or recursion without a limit',
    async run(trial) {
      for (const { member: hostile, ...operation } of trial.withMember('hostile')) {
        for (const { name, sample } of hostile) {
          const [good] = operation.fixture.good(1);
          if (good === undefined) continue;
          const connection = await trial.connect();
          const startedMs = performance.now();
          const { results, summary } = await trial.run(connection, operation, documentsOf([sample, good]));
          const tookMs = performance.now() - startedMs;
          const own = results.find(({ inputs }) => inputs.includes(sample.key));
          const did = `a document with ${name}, then a good one`;
          expectThat(
            own?.status === 'applicationError',
            'applicationError',
            own?.error?.code ?? own?.status,
            did,
            operation.key,
          );
          expectThat(summary.counts.success === 1, 'success for the good one', summary.counts, did, operation.key);
          expectThat(tookMs < QUICK_MS, `ended within ${QUICK_MS} ms`, `${Math.round(tookMs)} ms`, did, operation.key);
        }
      }
    },
  },
  {
    id: 'HOS-02',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Names of Object.prototype are just names',
    rule: '`__proto__` and `constructor` in documents and in answers pollute nothing; such a document arrives with the fields that it has besides, or is refused.',
    cause: 'a deep merge by hand',
    async run(trial) {
      const probe = Object.prototype as { polluted?: unknown };
      const compared = new Compared('good');
      let isTried = false;
      try {
        for (const operation of trial.operations()) {
          const [sample] = operation.fixture.good(1);
          if (sample === undefined) continue;
          const body = withPrototypeNames(sample.mediaType, sample.body);
          if (body !== undefined) {
            isTried = true;
            const did = 'a document with __proto__ and constructor';
            const { results } = await trial.run(await trial.connect(), operation, documentsOf([{ ...sample, body }]));
            expectThat(
              probe.polluted === undefined,
              'Object.prototype as it was',
              'it has a new property',
              did,
              operation.key,
            );
            await expectKeptOrRefused(trial, operation, sample, { result: results[0], compared, did });
          }
          if (trial.hasOwnSockets) continue;
          const { trial: own, operation: tried } = await trial.forOperation(operation);
          const open = await own.connect();
          await open.test();
          const headers = { 'content-type': 'application/json' };
          await own.fault({ kind: 'status', status: 200, headers, body: `{${PROTOTYPE_NAMES}}` }, { from: 1 });
          await own.run(open, tried, documentsOf(tried.fixture.good(1)));
          expectThat(
            probe.polluted === undefined,
            'Object.prototype as it was',
            'it has a new property',
            'an answer with __proto__ and constructor',
            operation.key,
          );
        }
        compared.expectSome();
        if (!isTried)
          throw new Unproven('no document of `good` is a JSON object or an XML element, where such names could stand');
      } finally {
        delete probe.polluted;
      }
    },
  },
  {
    id: 'HOS-03',
    level: 'MUST',
    profile: 'full',
    needs: ['write'],
    title: 'Text is never syntax',
    rule: 'Quotes, backslashes, line ends, percent signs, dots and hashes in a text arrive as they are or the document is refused; no word of it leads a request to a path, or to a parameter, that a plain text leads none to. (Line ends in headers are refused by the host.)',
    cause: 'a request that is put together by concatenation',
    async run(trial) {
      const compared = new Compared('withText');
      for (const { member: withText, ...operation } of trial.withMember('withText', trial.writes())) {
        const connection = await trial.connect();
        const plain = withText(PLAIN);
        const atFirst = (await trial.requests()).length;
        await trial.run(connection, operation, documentsOf([plain]));
        const samples = SYNTAX.map((text) => withText(text));
        const before = (await trial.requests()).length;
        const { results } = await trial.run(connection, operation, documentsOf(samples));
        const applied = await trial.ledger();
        samples.forEach((sample, index) => {
          const did = `the text ${JSON.stringify(SYNTAX[index])}`;
          const status = results.find(({ inputs }) => inputs.includes(sample.key))?.status;
          expectThat(
            status === 'success' || status === 'applicationError',
            'success or applicationError',
            status,
            did,
            operation.key,
          );
          if (status === 'success')
            compared.expectEqual(applied.get(sample.key)?.data, dataOf(sample), did, operation.key);
        });
        const requests = await trial.requests();
        const astray = addressesAstray(
          { requests: requests.slice(before), texts: SYNTAX, keys: samples.map(({ key }) => key) },
          { requests: requests.slice(atFirst, before), texts: [PLAIN], keys: [plain.key] },
        );
        expectThat(
          astray.length === 0,
          'no address but those of a plain text',
          astray.slice(0, 3),
          'texts that are syntax',
          operation.key,
        );
      }
      compared.expectSome();
    },
  },
  {
    id: 'HOS-04',
    level: 'MUST',
    profile: 'full',
    needs: ['http', 'read'],
    title: 'A hostile service ends the run',
    rule: 'Paging that leads in a circle ends; a gzip bomb, an answer without end and a header of a megabyte end in category protocol, tooLarge or unavailable.',
    cause:
      'a link that is followed for ever; or pages by number or offset, where one that equals the page before is taken for another',
    async run(trial) {
      for (const operation of trial.reads()) {
        for (const [name, fault, from] of hostileAnswers()) {
          const { trial: own, operation: tried } = await trial.forOperation(operation);
          await own.seedPages(tried, 3);
          const connection = await own.connect({ limits: ALLOWED });
          await connection.test();
          const before = own.sent.length;
          await own.fault(fault, { from });
          const controller = new AbortController();
          const running = own.run(connection, tried, documentsOf(tried.fixture.good(1)), { signal: controller.signal });
          const isTooMany = () => own.sent.length - before > MOST_REQUESTS;
          await Promise.race([running, own.until(() => isTooMany() || controller.signal.aborted)]);
          const isEndless = isTooMany();
          controller.abort();
          const { results, summary } = await running;
          expectThat(!isEndless, `at most ${MOST_REQUESTS} requests`, 'more', name, tried.key);
          // Where nothing was asked for again, nothing led in a circle.
          if (fault.kind === 'replay' && summary.counts.success === 1 && own.sent.length - before < from + 1) continue;
          const error: ErrorInfo | undefined = results[0]?.error ?? summary.error;
          // A job that is asked for ever again ends by its deadline.
          const allowed = ['protocol', 'tooLarge', 'unavailable', ...(fault.kind === 'replay' ? ['timeout'] : [])];
          const isNamed = error !== undefined && allowed.includes(error.category);
          expectThat(isNamed, 'category protocol, tooLarge or unavailable', error ?? 'no error', name, tried.key);
        }
      }
    },
  },
];

/** Made once, for all runs of the process. */
let bomb: Uint8Array | undefined;

/** What the service answers, and from which request on. */
function hostileAnswers(): readonly (readonly [name: string, fault: Fault, from: number])[] {
  async function* endless(): AsyncGenerator<Uint8Array> {
    const spaces = Buffer.alloc(MEBIBYTE, ' ');
    for (;;) {
      yield spaces;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  async function* once(): AsyncGenerator<Uint8Array> {
    bomb ??= gzipSync(Buffer.alloc(BOMB_BYTES));
    yield bomb;
  }
  return [
    ...[1, 2, 3].map(
      (from) =>
        [
          `paging that leads in a circle: the answer to request ${from}, given to each later one`,
          { kind: 'replay' },
          from,
        ] as const,
    ),
    [
      'a gzip bomb',
      {
        kind: 'status',
        status: 200,
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: once(),
      },
      1,
    ],
    [
      'an answer without end',
      { kind: 'status', status: 200, headers: { 'content-type': 'application/json' }, body: endless() },
      1,
    ],
    [
      'a header of a megabyte',
      { kind: 'status', status: 200, headers: { 'content-type': 'text/html', 'x-large': 'x'.repeat(MEBIBYTE) } },
      1,
    ],
  ];
}

/** Applied with the fields that it has besides, or refused visibly. */
async function expectKeptOrRefused(
  trial: Trial,
  { key, descriptor: { effect } }: TriedOperation,
  sample: Sample,
  { result, compared, did }: { result: ResultEvent | undefined; compared: Compared; did: string },
): Promise<void> {
  const isTold = result?.status === 'success' || result?.status === 'applicationError';
  expectThat(isTold, 'success or applicationError', result?.error ?? result?.status, did, key);
  if (result.status !== 'success' || effect === 'read') return;
  const entry = (await trial.ledger()).get(sample.key);
  expectThat(entry !== undefined, 'success of what is in the ledger', 'success, and no entry', did, key);
  if (effect !== 'delete') compared.expectEqual(entry.data, dataOf(sample), did, key);
}

/** The document with such names in it; `undefined` where its format has no place for them. */
function withPrototypeNames(mediaType: string, body: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(body).toString();
  let named = text;
  if (/[/+]json\b/.test(mediaType)) named = text.replace(/^\s*\{/, `{${PROTOTYPE_NAMES},`).replace(/,\s*\}$/, '}');
  if (/[/+]xml\b/.test(mediaType))
    named = text.replace(
      /<\/(\w+)>\s*$/,
      '<__proto__><polluted>1</polluted></__proto__><constructor><prototype><polluted>1</polluted></prototype></constructor></$1>',
    );
  return named === text ? undefined : Buffer.from(named);
}
