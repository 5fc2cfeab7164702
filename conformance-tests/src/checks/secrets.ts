import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { Cache, Json, ResultEvent } from '@connector-runtime/core';
import type { RuntimeConnection } from '@connector-runtime/runtime';
import type { Check } from '../check.js';
import { textOf } from '../events.js';
import { expectThat, SubjectError } from '../findings.js';
import { holdsSecret, struckOut } from '../fixture-secrets.js';
import { browsing, fullRun } from '../full-run.js';
import { putAt } from '../json-pointer.js';
import { type LentSpans, withSpans } from '../lent/lent-spans.js';
import type { Fault } from '../lent/traffic.js';
import { giveRowsToRead } from '../rows-to-read.js';
import { documentsOf } from '../samples.js';
import { compileSchema } from '../schema-compiler.js';
import { KeepingStore } from '../seen-credentials.js';
import { type SystemUse, watchSystem } from '../system-watch.js';
import type { RunOutcome, Trial } from '../trial.js';
import { type TriedOperation, typed } from '../tried-operation.js';

/** What the runtime's scratch space is called; everything else that is written is the plugin's. */
const SPOOL = /[\\/]connector-runtime-[0-9a-f]{12}-[^\\/]+(?:[\\/]|$)/;

/** Rows that are read, and what of their texts is long enough to be theirs alone. */
const ROWS = 3;
const SHORTEST_TEXT = 8;

/** What may become of a document that holds a text to be kept out of logs. */
const WAYS = ['applied', 'refused', 'cut off', 'lost'] as const;

/** What befalls every request of a run. */
const FAULTS: readonly Fault[] = [{ kind: 'refuse' }, { kind: 'lose' }, { kind: 'cut', at: 3 }];
const STATUSES: readonly number[] = [400, 401, 403, 500];

/** Each may be followed in a way of its own: with the method and body, or without. Source: RFC 9110, section 15.4. */
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** Of a login and its test, as many are redirected in turn. */
const MOST_LOGIN_REQUESTS = 5;

export const SECRETS: readonly Check[] = [
  {
    id: 'SEC-01',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'Secrets stay inside',
    rule: 'No secret, raw or as base64, URL, JSON or hex, is in a log, event, error, finding, span, cache entry or address, in clean runs, browsing and reconciling among them, with refused, lost and cut answers, when the service refuses and when a session has expired: neither one of the configuration, nor what is put into the credential store, nor what headers named like credentials carry.',
    cause: 'a token in the query string',
    async run(trial) {
      const isExpiring = trial.fixture.expireSession !== undefined;
      const ways: readonly (readonly [did: string, way?: Fault | 'expired'])[] = [
        ['a clean run'],
        ...(isExpiring ? [['a run whose session had expired', 'expired'] as const] : []),
        ...(trial.hasOwnSockets ? [] : STATUSES).map((status) => withFault({ kind: 'status', status })),
        ...FAULTS.map(withFault),
      ];
      for (const [did, way] of ways) {
        const { own, secrets, properties } = await withCanaries(trial);
        const store = new KeepingStore();
        const { shown, tokens } = await withSpans((spans) => shownBy(own, { properties, store, way, spans }));
        for (const secret of new Set([...secrets, ...store.credentials, ...tokens])) {
          const where = shown.find((text) => holdsSecret(text, secret));
          expectThat(where === undefined, 'no secret anywhere', struckOut(where ?? '', secret).slice(0, 300), did);
        }
      }
    },
  },
  {
    id: 'SEC-02',
    level: 'MUST',
    profile: 'core',
    needs: ['http'],
    title: 'Credentials go nowhere else',
    rule: 'An answer that redirects to another origin is not followed, be it to a login, a test, a run or to browsing: nothing arrives there.',
    cause: 'a redirect that is followed by hand, with the same headers',
    async run(trial) {
      const stranger = await listen();
      try {
        await expectNoLoginFollowed(trial, stranger);
        await expectNoBrowsingFollowed(trial, stranger);
        for (const operation of trial.operations()) {
          const { trial: own, operation: tried } = await trial.forOperation(operation);
          const connection = await own.connect();
          await connection.test();
          for (const [index, sample] of tried.fixture.good(REDIRECTS.length).entries()) {
            const work = () => own.run(connection, tried, documentsOf([sample]));
            await expectNotFollowed(own, stranger, { work, status: REDIRECTS[index], operation });
          }
        }
      } finally {
        await stranger.close();
      }
    },
  },
  {
    id: 'SEC-03',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Documents and rows are not logged',
    rule: 'A text of a document is in no log at info or above, and in no message, neither when it is applied, nor when it is cut off, nor when its answer is lost, nor when the service refuses it without quoting it; nor is a text of a row that is read, where `rowData` tells it.',
    cause: 'the payload is logged when it is refused',
    async run(trial) {
      const reads = trial.writes().length === 0 ? trial.withMember('rowData', trial.reads()) : trial.reads();
      for (const operation of reads) await expectUnloggedRows(trial, operation);
      if (trial.writes().length === 0) return;
      const canary = `document-canary-${trial.seed}`;
      for (const { member: withText, ...operation } of trial.withMember('withText', trial.writes())) {
        for (const way of WAYS) {
          const { trial: own, operation: tried } = await trial.forOperation(operation);
          const connection = await own.connect();
          await connection.test();
          if (way === 'lost') await own.fault({ kind: 'lose' }, { from: 1 });
          if (way === 'refused')
            await own.fault(own.hasOwnSockets ? { kind: 'refuse' } : { kind: 'status', status: 422 }, { from: 1 });
          const sample = tried.fixture.withText?.(canary) ?? withText(canary);
          const body = way === 'cut off' ? sample.body.subarray(0, -1) : sample.body;
          const { results, summary } = await own.run(connection, tried, documentsOf([{ ...sample, body }]));
          const shown = toldIn(own, results, summary.warnings);
          const where = shown.find((text) => text.includes(canary));
          expectThat(
            where === undefined,
            "no text of the document's",
            where,
            `a document ${way === 'lost' ? 'whose answer is lost' : `that is ${way}`}`,
            tried.key,
          );
        }
      }
    },
  },
  {
    id: 'SEC-04',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Only what is lent is used',
    rule: 'A full run, and one whose documents the service refuses, starts no process or thread, writes no file but scratch space, switches no check of TLS off, and, unless egress is own, opens no socket but those of the lent HTTP.',
    cause: 'a temporary file of its own, or a client of its own',
    async run(trial) {
      const uses: SystemUse[] = [];
      const watch = watchSystem((use) => uses.push(use));
      try {
        const connection = await trial.connect();
        await fullRun(trial, connection);
        await runRefused(trial, connection);
        await connection.close();
      } finally {
        watch.release();
      }
      const known = new Set(
        trial.sent.map(({ url }) => `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`),
      );
      const used = uses
        .filter(({ kind, target = '' }) => {
          if (kind === 'socket') return !trial.hasOwnSockets && !known.has(target);
          return kind !== 'name' && !(kind === 'file' && SPOOL.test(target));
        })
        .map(({ kind, name, target }) => {
          if (kind === 'unchecked TLS') return `a TLS check switched off (${name})`;
          if (kind === 'socket' && target !== undefined) return `a socket to ${target}`;
          return target === undefined ? name : `${name}(${target})`;
        });
      expectThat(used.length === 0, 'nothing but what is lent', used.join('; '), 'a full run');
    },
  },
];

interface Shown {
  readonly properties: Json;
  readonly store: KeepingStore;
  readonly way: Fault | 'expired' | undefined;
  readonly spans: LentSpans;
}

/** Whatever a run of everything shows to others than the service, and the tokens of its session. */
async function shownBy(own: Trial, { properties, store, way, spans }: Shown) {
  const cache = new WatchedCache();
  // Named: what is kept of a connection without a name is in no store of the host.
  const connection = await own.connect({ properties, cache, credentialStore: store, id: 'secrets' });
  const findings = await connection.test();
  if (findings.some(({ ok }) => !ok))
    throw new SubjectError(
      'the service refuses the credentials that were given to `acceptCredentials`: it must take any text from then on, or the plugin changes it on the way',
    );
  const shown: string[] = [inspect(findings, { depth: 8 })];
  if (way === 'expired') {
    await own.need('expireSession')();
    shown.push(inspect(await connection.test(), { depth: 8 }));
  }
  // Of tests only: what a later request alone has may be a key of its document, against being applied twice.
  const { tokens } = own;
  if (way === 'expired') await own.need('expireSession')();
  else if (way !== undefined) await own.fault(way, { from: 1 });
  if (way === undefined)
    await fullRun(own, connection, async ({ outcome }) => {
      if (outcome !== undefined) shown.push(...(await textsOf(outcome)));
    });
  else
    for (const operation of own.operations()) {
      await giveRowsToRead(own, operation);
      const outcome = await own.run(connection, operation, documentsOf(operation.fixture.good(2)));
      shown.push(...(await textsOf(outcome)));
    }
  shown.push(
    ...[...own.log.entries, ...spans.attributes, ...spans.words].map((entry) => inspect(entry, { depth: 8 })),
    ...cache.texts,
    ...(await own.requests()).map(({ path }) => path),
  );
  return { shown, tokens };
}

async function textsOf({ summary, events }: RunOutcome): Promise<readonly string[]> {
  const told = events.map(async (event) => {
    const text = inspect(event, { depth: 8 });
    return 'body' in event && event.body !== undefined ? `${text} ${await textOf(event.body)}` : text;
  });
  return [inspect(summary, { depth: 8 }), ...(await Promise.all(told))];
}

/** Redirects each request of a login and a test, and those after it. */
async function expectNoLoginFollowed(trial: Trial, stranger: Stranger): Promise<void> {
  const own = await trial.again();
  await (await own.connect()).test();
  const count = Math.min(own.sent.length, MOST_LOGIN_REQUESTS);
  for (let from = 1; from <= count; from += 1) {
    for (const status of REDIRECTS) {
      const connection = await own.connect();
      await expectNotFollowed(own, stranger, { work: () => connection.test(), status, from });
    }
  }
}

/** Redirects whatever is browsed for the first operation with an object type. */
async function expectNoBrowsingFollowed(trial: Trial, stranger: Stranger): Promise<void> {
  const [operation] = typed(trial);
  if (operation === undefined) return;
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  const connection = await own.connect();
  await connection.test();
  for (const look of browsing(own, connection, tried)) {
    const work = () => look().catch(() => undefined);
    for (const status of REDIRECTS) await expectNotFollowed(own, stranger, { work, status, operation });
  }
}

interface Redirected {
  readonly work: () => Promise<unknown>;
  readonly status: number | undefined;
  /** The first request that is redirected. */
  readonly from?: number;
  readonly operation?: TriedOperation;
}

async function expectNotFollowed(own: Trial, stranger: Stranger, redirected: Redirected): Promise<void> {
  const { work, status = 302, from = 1, operation } = redirected;
  await own.fault({ kind: 'status', status, headers: { location: `${stranger.url}/elsewhere` } }, { from });
  await work();
  await own.settle();
  own.traffic.clearFaults();
  const did = `every answer${from === 1 ? '' : ` from request ${from} on`} ${status} to another origin`;
  expectThat(stranger.hits.length === 0, 'nothing at the other origin', stranger.hits.join('; '), did, operation?.key);
}

/** Runs everything once more, on documents that the service refuses, and then where it refuses whatever it is asked. */
async function runRefused(trial: Trial, connection: RuntimeConnection): Promise<void> {
  for (const operation of trial.writes()) {
    const bad = operation.fixture.bad?.(1) ?? [];
    if (bad.length > 0) await trial.run(connection, operation, documentsOf(bad));
  }
  // Without a gate, no service of a plugin with sockets of its own can be made to.
  if (trial.hasOwnSockets && trial.fixture.useGate === undefined) return;
  await trial.fault(trial.hasOwnSockets ? { kind: 'refuse' } : { kind: 'status', status: 400 }, { from: 1 });
  for (const operation of trial.operations())
    await trial.run(connection, operation, documentsOf(operation.fixture.good(1)));
}

function withFault(fault: Fault): readonly [did: string, fault: Fault] {
  return [`a run with ${fault.kind === 'status' ? `answers ${fault.status}` : `fault ${fault.kind}`}`, fault];
}

/** Logs at info and above, and messages. */
function toldIn(own: Trial, results: readonly ResultEvent[], warnings: readonly string[]): readonly string[] {
  return [
    ...own.log.entries.filter(({ level }) => level !== 'debug').map((entry) => inspect(entry, { depth: 8 })),
    ...results.map(({ message, error }) => `${message ?? ''} ${error?.message ?? ''}`),
    ...warnings,
  ];
}

async function expectUnloggedRows(trial: Trial, operation: TriedOperation): Promise<void> {
  if (operation.fixture.rowData === undefined || trial.fixture.seedRows === undefined) return;
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  const keys = await own.seedRows(tried, ROWS);
  const texts = keys.flatMap((key) =>
    Object.values(tried.fixture.rowData?.(key) ?? {}).filter(
      (value): value is string => typeof value === 'string' && value.length >= SHORTEST_TEXT,
    ),
  );
  const { results, summary } = await own.run(await own.connect(), tried, documentsOf(tried.fixture.good(1)));
  const where = toldIn(own, results, summary.warnings).find((text) => texts.some((one) => text.includes(one)));
  expectThat(where === undefined, 'no text of a row', where, `reading ${ROWS} rows`, tried.key);
}

/** A world whose secrets are canaries that the service accepts. */
async function withCanaries(trial: Trial) {
  const own = await trial.again();
  const properties = structuredClone(own.fixture.connections.valid) as Record<string, Json>;
  const secrets: string[] = [];
  const accepted: Record<string, string> = {};
  for (const pointer of own.fixture.secrets) {
    const n = secrets.length + 1;
    const canary = own.fixture.canary?.(pointer, n) ?? `c4nary-${trial.seed}-${n}-"&+/x`;
    secrets.push(canary);
    accepted[pointer] = canary;
    putAt(properties, pointer, canary);
  }
  const problem = compileSchema(trial.plugin.manifest.connection.properties)(structuredClone(properties));
  if (problem !== undefined)
    throw new SubjectError(
      `the suite's secrets do not fit the connection's schema (${problem}); add \`canary\` to the fixture`,
    );
  own.fixture.acceptCredentials(accepted);
  return { own, secrets, properties };
}

class WatchedCache implements Cache {
  readonly texts: string[] = [];
  private readonly entries = new Map<string, Json>();

  async get(key: string): Promise<Json | undefined> {
    return this.entries.get(key);
  }

  async set(key: string, value: Json): Promise<void> {
    this.texts.push(`${key} ${JSON.stringify(value)}`);
    this.entries.set(key, value);
  }
}

type Stranger = Awaited<ReturnType<typeof listen>>;

/** A listener where nothing should ever arrive. */
async function listen() {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(
      `${request.method} ${request.url}${request.headers.authorization === undefined ? '' : ' with credentials'}`,
    );
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hits, close };
}
