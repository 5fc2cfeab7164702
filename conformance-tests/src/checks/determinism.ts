import { isDeepStrictEqual } from 'node:util';
import type { OperationEvent } from '@connector-runtime/core';
import type { Check } from '../check.js';
import { runChild, tellOfEnd } from '../child-process.js';
import { plainDocuments } from '../children/plain-document.js';
import { textOf } from '../events.js';
import { expectThat } from '../findings.js';
import { expectSameGiven, type Given, givenByFixture, withoutPort } from '../given-by-fixture.js';
import { documentCount, giveRowsToRead } from '../rows-to-read.js';
import { documentsOf } from '../samples.js';
import type { LedgerEntry } from '../subject.js';
import type { Trial } from '../trial.js';
import { requestOf } from '../tried-operation.js';

const DOCUMENTS = 12;

/** What comes out is handed from process to process. */
const ROWS_ELSEWHERE = 3;

const PLACES = [
  { TZ: 'UTC', LC_ALL: 'en_US.UTF-8', LANG: 'en_US.UTF-8' },
  { TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
];

export const DETERMINISM: readonly Check[] = [
  {
    id: 'DET-01',
    level: 'SHOULD',
    profile: 'full',
    needs: [],
    title: 'The same seed, the same run',
    rule: 'Two runs with one seed send the same requests (their addresses and headers aside) and give the same events.',
    cause: 'Date.now() or Math.random() in place of the lent clock',
    async run(trial) {
      for (const operation of trial.operations()) {
        const runs = [];
        const given = [];
        for (let time = 0; time < 2; time += 1) {
          const { trial: own, operation: tried } = await trial.forOperation(operation);
          const rows = await giveRowsToRead(own, tried);
          const samples = tried.fixture.good(documentCount(tried, DOCUMENTS));
          const { events } = await own.run(await own.connect(), tried, documentsOf(samples));
          const requests = (await own.requests()).map(
            ({ method, path, body }) => `${method} ${path} ${Buffer.from(body).toString()}`,
          );
          runs.push({
            requests: requests.map((request) => withoutOrigin(request, own)).sort(),
            events: (await Promise.all(events.map(wholeEvent))).map((event) => withoutOrigin(event, own)).sort(),
          });
          given.push(givenByFixture(own, tried, samples, rows));
        }
        const [first, second] = runs;
        const isSame = isDeepStrictEqual(first, second);
        if (!isSame) expectSameGiven(given[0], given[1], operation.key);
        const apart =
          first?.requests.find((request, index) => request !== second?.requests[index]) ??
          first?.events.find((event, index) => event !== second?.events[index]);
        expectThat(
          isSame,
          'the same requests and events',
          apart ?? 'another number of them',
          'two runs with one seed',
          operation.key,
        );
      }
    },
  },
  {
    id: 'DET-02',
    level: 'MUST',
    profile: 'full',
    needs: [],
    title: 'Place and language do not matter',
    rule: 'In the zone Pacific/Chatham and a Turkish locale, the documents end and arrive as elsewhere, and reads give the same.',
    cause: 'toLocaleString(), or a date in local time',
    ownProcess: true,
    async run(trial) {
      const seen = [];
      for (const env of PLACES) seen.push(await runElsewhere(trial, env));
      for (const operation of trial.operations()) {
        const [here, there] = seen.map((outcomes) => outcomes.get(operation.key));
        const isSame = isDeepStrictEqual(here?.came, there?.came);
        if (!isSame) expectSameGiven(here?.given, there?.given, operation.key);
        expectThat(
          isSame,
          'the same results, outputs and ledger',
          [here?.came, there?.came],
          'a run in another zone and locale',
          operation.key,
        );
      }
    },
  },
];

/** What each operation comes to in a process of this place, over a service of its own: how documents ended, what came out, and what was applied. */
async function runElsewhere(trial: Trial, env: Readonly<Record<string, string>>) {
  const own = await trial.again();
  const runs: {
    readonly request: ReturnType<typeof requestOf>;
    readonly documents: ReturnType<typeof plainDocuments>;
  }[] = [];
  const given: Given[] = [];
  for (const operation of own.operations()) {
    const hasRows = operation.descriptor.effect === 'read' && own.fixture.seedRows !== undefined;
    const rows = hasRows ? await own.seedRows(operation, ROWS_ELSEWHERE) : [];
    const samples = operation.fixture.good(documentCount(operation, 3));
    runs.push({ request: requestOf(operation), documents: plainDocuments(samples) });
    given.push(givenByFixture(own, operation, samples, rows));
  }
  const before = (await own.fixture.ledger()).length;
  const input = { entry: own.subject.entry, properties: own.fixture.connections.valid, runs };
  const child = await runChild('run-documents', input, { env });
  const { report } = child;
  if (report === undefined) tellOfEnd(child, `a run in the zone ${env['TZ']}`);
  const applied = (await own.fixture.ledger()).slice(before);
  const { ended } = JSON.parse(withoutPort(JSON.stringify(report), own)) as { readonly ended: readonly object[] };
  const documentIds = new Set(runs.flatMap(({ documents }) => documents.map(({ id }) => id)));
  const outcomes = own.operations().map(({ key }, index) => {
    const keys = new Set(runs[index]?.documents.map(({ id }) => id));
    // What belongs to no document may be of any operation.
    const isOwn = (entry: LedgerEntry) => keys.has(entry.key) || !documentIds.has(entry.key);
    const entries = applied.filter(isOwn).map((entry) => JSON.stringify(entry));
    return [key, { came: { ...ended[index], applied: entries.sort() }, given: given[index] }] as const;
  });
  await own.stop();
  return new Map(outcomes);
}

/** The service has another port each time. */
function withoutOrigin(text: string, trial: Trial): string {
  const origins = [...new Set(trial.sent.map(({ url }) => url.host))];
  return origins.reduce((shown, origin) => shown.replaceAll(origin, 'service'), text);
}

async function wholeEvent(event: OperationEvent): Promise<string> {
  if (!('body' in event) || event.body === undefined) return JSON.stringify(event);
  const { body, ...rest } = event;
  return `${JSON.stringify(rest)} ${await textOf(body)}`;
}
