import {
  type CheckReport,
  conformance,
  type Fixture,
  type LedgerEntry,
  type OperationFixture,
  type Sample,
  type Subject,
  type SuiteLimits,
} from '@connector-runtime/conformance-tests';
import type { Constructor, Json, Operation, ResultEvent } from '@connector-runtime/core';
import { likeParent, withOperation } from '../mutants/mutant.js';
import { UpsertItems } from '../reference/items/items-operations.js';
import { itemsSubject } from '../reference/items/items-subject.js';
import { without } from './without.js';

/** In real time, for subjects that hang; the others have all the time that a busy machine needs. */
const HANGING = { fixtureMs: 300 } as const;

type Lie = (subject: Subject) => Subject;

const fixture =
  (change: (fixture: Fixture) => Fixture): Lie =>
  (subject) => ({ ...subject, start: async (options) => change(await subject.start(options)) });
const operation = (key: string, change: (operation: OperationFixture) => Partial<OperationFixture>) =>
  fixture((own) => {
    const honest = own.operations[key] as OperationFixture;
    return { ...own, operations: { ...own.operations, [key]: { ...honest, ...change(honest) } } };
  });
const connections = (change: Partial<Fixture['connections']>) =>
  fixture((own) => ({ ...own, connections: { ...own.connections, ...change } }));
const ledger = (change: (entries: readonly LedgerEntry[]) => readonly LedgerEntry[]) =>
  fixture((own) => ({ ...own, ledger: async () => change(await own.ledger()) }));
const refused = (sample: Sample): Sample => ({
  ...sample,
  body: Buffer.from(JSON.stringify({ key: sample.key, text: 'forbidden' })),
});
const entry = (key: string): LedgerEntry => ({ key, action: 'create', data: {}, times: 1 });
/** Other than the valid connection in what the service does not look at. */
const likeValid = ({ connections: { valid } }: Fixture): Json => ({ ...(valid as object), labels: { tenant: 'two' } });
const never = () => new Promise<never>(() => undefined);

/** Through all services. */
let everMade = 0;

/** What the subject does, the check that says so, and what it says. */
const LIES: readonly (readonly [
  does: string,
  owner: string,
  sentence: RegExp,
  lie: Lie,
  limits?: Partial<SuiteLimits>,
])[] = [
  [
    'has a service that is not empty at the start',
    'BAS-01',
    /tells of ghost; `start` must give a fresh service/,
    ledger((entries) => [entry('ghost'), ...entries]),
  ],
  [
    'has a `good` that the service refuses',
    'BAS-01',
    /refuses k\d+, a document of good\(1\) of upsert \(ITEMS_FORBIDDEN\).*or the plugin sends something else/,
    operation('upsert', (own) => ({ good: (n) => own.good(n).map(refused) })),
  ],
  [
    'has a `good` that is refused inside an answer of success',
    'BAS-01',
    /refuses k\d+, a document of good\(1\) of create /,
    operation('create', (own) => ({ good: (n) => own.good(n).map(refused) })),
  ],
  [
    'has a `bad` that the service applies',
    'BAS-01',
    /applies k\d+, a document of bad\(1\) of upsert/,
    operation('upsert', (own) => ({ bad: (n) => own.good(n) })),
  ],
  [
    'lacks an operation',
    'MAN-03',
    /has no operation delete; add it to Fixture\.operations/,
    fixture((own) => ({ ...own, operations: without(own.operations, 'delete') })),
  ],
  [
    'lacks the object type of an operation',
    'MAN-03',
    /add `objectType`/,
    operation('read', () => ({ objectType: undefined as never })),
  ],
  [
    'has a `good(n)` of one key',
    'BAS-01',
    /good\(3\) of upsert gives 3 documents with 1 different keys/,
    operation('upsert', (own) => ({ good: (n) => own.good(n).map((sample) => ({ ...sample, key: 'same' })) })),
  ],
  [
    'has a `good(n)` of other than n',
    'BAS-01',
    /good\(3\) of upsert gives 1 documents; give as many/,
    operation('upsert', (own) => ({ good: () => own.good(1) })),
  ],
  [
    'has a `good` that throws',
    'BAS-01',
    /`good` of the fixture of upsert failed: Error: no ids left/,
    operation('upsert', () => ({
      good: () => {
        throw new Error('no ids left');
      },
    })),
  ],
  [
    'has a `load` that throws',
    'MAN-01',
    /`load` of the subject failed: Error: no such module/,
    (subject) => ({ ...subject, load: () => Promise.reject(new Error('no such module')) }),
  ],
  [
    'has a `start` that throws',
    'MAN-01',
    /`start` of the subject failed: Error: port in use/,
    (subject) => ({ ...subject, start: () => Promise.reject(new Error('port in use')) }),
  ],
  [
    'has a `start` that never ends',
    'MAN-01',
    /`start` of the subject failed: .*had not ended after 0\.3 s/,
    (subject) => ({ ...subject, start: never }),
    HANGING,
  ],
  [
    'has a `start` that gives no ledger',
    'MAN-01',
    /the fixture has no function `ledger`/,
    fixture((own) => without(own, 'ledger') as Fixture),
  ],
  [
    "has a manifest that is not its plugin's",
    'MAN-01',
    /`manifest` of the subject is not that of the plugin that `load` gives/,
    (subject) => ({ ...subject, manifest: without(subject.manifest, 'browse') }),
  ],
  [
    'has an `entry` that is not there',
    'MAN-01',
    /`entry` of the subject, items-of-nobody, cannot be found .*require\.resolve/,
    (subject) => ({ ...subject, entry: 'items-of-nobody' }),
  ],
  ...['CON-01', 'DET-01', 'DET-02'].map((owner): (typeof LIES)[number] => [
    'counts the keys of `good` through all its services',
    owner,
    /`good` of create gives other documents in a second service of the same seed; count keys in the fixture/,
    operation('create', (own) => ({
      good: (n) =>
        own.good(n).map((sample) => {
          const key = `ever-${++everMade}`;
          return { ...sample, key, body: Buffer.from(JSON.stringify({ key, text: 'item', parent: 'root' })) };
        }),
    })),
  ]),
  [
    'has rows of other keys in each service',
    'CON-01',
    /`seedRows` of read makes other rows in a second service of the same seed/,
    fixture((own) => {
      const world = ++everMade;
      const read = own.operations['read'] as OperationFixture;
      const plain = without(read, 'rowData');
      const keyOf: OperationFixture['keyOf'] = (event) =>
        event.type === 'output' ? `${world}-${read.keyOf(event)}` : read.keyOf(event);
      return {
        ...own,
        operations: { ...own.operations, read: { ...plain, keyOf } },
        seedRows: async (id, n) =>
          ((await own.seedRows?.(id, n)) ?? []).map((key) => (id === 'read' ? `${world}-${key}` : key)),
      };
    }),
  ],
  [
    'has an unreachable address where the service is',
    'TST-02',
    /connections\.unreachable reaches a service, which answers POST \/token/,
    fixture((own) => ({ ...own, connections: { ...own.connections, unreachable: likeValid(own) } })),
  ],
  [
    'has a wrong credential that the service takes',
    'TST-01',
    /the service takes connections\.wrongCredential/,
    fixture((own) => ({ ...own, connections: { ...own.connections, wrongCredential: likeValid(own) } })),
  ],
  [
    'has an `itemsIn` that counts one in each request',
    'BAT-01',
    /`itemsIn` of create counts 3 documents in 3 requests, and 21 were applied once each/,
    operation('create', () => ({ itemsIn: () => 1 })),
  ],
  [
    'has a `keyOf` that gives no key of a row',
    'OPS-01',
    /`keyOf` of read names none of the \d+ rows of `seedRows` \(but an output without a key\)/,
    operation('read', () => ({ keyOf: () => undefined })),
  ],
  [
    'has a `keyOf` that gives other keys than `seedRows`',
    'OPS-01',
    /`keyOf` of read names none of the \d+ rows of `seedRows` \(but the row-0,/,
    operation('read', (own) => ({ keyOf: (event) => `the ${own.keyOf(event)}` })),
  ],
  [
    'has a ledger that counts double',
    'BAS-01',
    /the ledger says that k\d+, a document of good\(1\) of \w+, was applied 2 times, and one request/,
    ledger((entries) => entries.map((own) => ({ ...own, times: 2 }))),
  ],
  [
    'has an `isWrite` that names a login',
    'BAS-01',
    /`isWrite` of create names POST \/token, which was answered with success after testing connections\.valid/,
    operation('create', () => ({ isWrite: ({ method }) => method !== 'GET' })),
  ],
  [
    'has an `isLogin` that names every request',
    'AUT-02',
    /`isLogin` of the fixture names all of the \d+ requests/,
    fixture((own) => ({ ...own, isLogin: () => true })),
  ],
  [
    'has an `isLogin` that names none',
    'AUT-03',
    /`isLogin` of the fixture names none of the \d+ requests/,
    fixture((own) => ({ ...own, isLogin: () => false })),
  ],
  [
    'has an `entry` that cannot be loaded',
    'LEK-01',
    /cannot be run in a process of its own: .*the first of it/,
    (subject) => ({ ...subject, entry: require.resolve('./throws-at-import.js') }),
  ],
  [
    'has a `start` whose server cannot listen',
    'MAN-01',
    /had not ended after 0\.3 s, and nobody caught Error: listen EADDRINUSE/,
    (subject) => ({
      ...subject,
      start: async () => {
        setImmediate(() => {
          throw new Error('listen EADDRINUSE');
        });
        return never();
      },
    }),
    HANGING,
  ],
  [
    'has an invalid configuration whose place is no JSON Pointer',
    'MAN-01',
    /connections\.invalid of the fixture must be a list of .*a JSON Pointer such as \/url/,
    connections({ invalid: [{ name: 'no url', properties: {}, path: 'url' }] }),
  ],
  [
    'has a `withText` without the text',
    'UNI-01',
    /withText of create gives a document whose fields do not hold the text/,
    operation('create', (own) => ({ withText: () => own.good(1)[0] as Sample })),
  ],
  [
    'has a `sized` of another size',
    'BAT-02',
    /sized of \w+ gives a body of \d+ bytes where \d+ are asked for/,
    operation('create', (own) => ({ sized: (bytes) => own.sized?.(bytes - 1) as Sample })),
  ],
  [
    'has a `rowData` with a number that is no text',
    'OPS-01',
    /rowData of read gives number as a number, which may have lost digits; give its text/,
    operation('read', () => ({ rowData: () => ({ number: 9 }) })),
  ],
  [
    'has an `itemsIn` that counts nothing',
    'BAT-01',
    /itemsIn of create gives NaN, which is no number of documents/,
    operation('create', () => ({ itemsIn: () => Number.NaN })),
  ],
  [
    'has a `seedObjectTypes` that makes none',
    'BRW-02',
    /`seedObjectTypes` was asked for 500 object types, and \d are listed/,
    fixture((own) => ({ ...own, seedObjectTypes: async () => undefined })),
  ],
  [
    'has an `expireSession` that expires nothing',
    'AUT-01',
    /after `expireSession` the service goes on to take the session/,
    fixture((own) => ({ ...own, expireSession: async () => undefined })),
  ],
  [
    'has a `stop` that leaves the service',
    'BAS-01',
    /still answers POST \/token after `stop`/,
    fixture((own) => ({ ...own, stop: async () => void unstopped.push(own) })),
  ],
  [
    'has a `stop` that throws',
    'MAN-01',
    /`stop` of the fixture failed: Error: not running/,
    fixture((own) => ({ ...own, stop: () => own.stop().then(() => Promise.reject(new Error('not running'))) })),
  ],
  [
    'has a `stop` that never ends',
    'MAN-01',
    /`stop` of the fixture failed: .*had not ended/,
    fixture((own) => ({ ...own, stop: () => own.stop().then(never) })),
    HANGING,
  ],
  [
    'has one service for all checks',
    'BAS-01',
    /ledger of a service that has just started tells of|`start` must give each check a service of its own/,
    shared,
  ],
  [
    'has a ledger that lacks entries',
    'BAS-01',
    /says success of k\d+, a document of good\(1\) of create, and the ledger has no entry under that key \(nor any other\)/,
    ledger(() => []),
  ],
  [
    'has a ledger with keys of its own',
    'BAS-01',
    /has no entry under that key \(but of id-k\d+\)/,
    ledger((entries) => entries.map((own) => ({ ...own, key: `id-${own.key}` }))),
  ],
  [
    'has a ledger that invents entries',
    'BAS-01',
    /also tells of ghost, which no request names/,
    ledger((entries) => (entries.length === 0 ? entries : [...entries, entry('ghost')])),
  ],
  [
    'has a ledger that never comes',
    'BAS-01',
    /`ledger` of the fixture failed: .*had not ended/,
    fixture((own) => ({ ...own, ledger: never })),
    HANGING,
  ],
  [
    'has an `isWrite` that knows no write',
    'BAS-01',
    /`isWrite` says of none of the requests \(PUT \S+\) that it has an effect/,
    operation('upsert', () => ({ isWrite: () => false })),
  ],
  [
    'ignores `acceptCredentials`',
    'SEC-01',
    /refuses the credentials that were given to `acceptCredentials`/,
    fixture((own) => ({ ...own, acceptCredentials: () => undefined })),
  ],
  [
    'has a secret that points to nothing',
    'BAS-01',
    /`secrets` names \/passwort, and connections\.valid has no text there/,
    fixture((own) => ({ ...own, secrets: ['/passwort'] })),
  ],
  [
    'does not name what the schema marks as a secret',
    'BAS-01',
    /the schema marks \/password as a secret, and `secrets` does not name it/,
    fixture((own) => ({ ...own, secrets: [] })),
  ],
  [
    'has a wrong credential that is right',
    'BAS-01',
    /connections\.wrongCredential is the same as connections\.valid/,
    fixture((own) => ({ ...own, connections: { ...own.connections, wrongCredential: own.connections.valid } })),
  ],
  [
    'has a valid connection that its schema refuses',
    'BAS-01',
    /connections\.valid does not fit its schema/,
    connections({ valid: { url: 'ftp://items', password: 'x' } as Json }),
  ],
  [
    'has properties that their schema refuses',
    'BAS-01',
    /`properties` of the fixture of create does not fit/,
    operation('create', () => ({ properties: { allOrNone: 'yes' } })),
  ],
  [
    'has a `seedRows` that names too few',
    'MAN-03',
    /`seedRows` of read was asked for 31 rows and names 30/,
    fixture((own) => ({ ...own, seedRows: async (id, n) => (await own.seedRows?.(id, n - 1)) ?? [] })),
  ],
  [
    'has a `seedRows` that names one twice',
    'MAN-03',
    /`seedRows` of read was asked for 31 rows and names 1;/,
    fixture((own) => ({ ...own, seedRows: async (id, n) => ((await own.seedRows?.(id, n)) ?? []).map(() => 'row') })),
  ],
  [
    'has an invalid connection that is the valid one',
    'BAS-01',
    /connections\.invalid ".+" is the same as connections\.valid/,
    fixture((own) => ({
      ...own,
      connections: {
        ...own.connections,
        invalid: own.connections.invalid.map((one) => ({ ...one, properties: own.connections.valid })),
      },
    })),
  ],
  [
    'has a `load` that gives no plugin',
    'MAN-01',
    /`load` of the subject gives no plugin with a manifest/,
    (own) => ({ ...own, load: async () => ({}) as never }),
  ],
  [
    'has a `start` that gives no fixture',
    'MAN-01',
    /the fixture is no object/,
    (own) => ({ ...own, start: async () => undefined as never }),
  ],
  [
    'throws what throws when it is looked at',
    'MAN-01',
    /`start` of the subject failed: what cannot be shown \(object\)/,
    (own) => ({
      ...own,
      start: async () => {
        throw unreadable();
      },
    }),
  ],
  [
    'has a member that throws when it is read',
    'MAN-01',
    /the fixture failed: Error: no ledger/,
    fixture((own) =>
      Object.defineProperty({ ...own }, 'ledger', {
        get: () => {
          throw new Error('no ledger');
        },
      }),
    ),
  ],
  [
    'has an operation that is none',
    'MAN-01',
    /the fixture of upsert is no object/,
    fixture((own) => ({ ...own, operations: { ...own.operations, upsert: null as never } })),
  ],
  [
    'has a `good` without bodies',
    'BAS-01',
    /good\(3\) of upsert gives what is no document; it needs `key`/,
    operation('upsert', () => ({ good: (n) => Array.from({ length: n }, (_, key) => ({ key: `k${key}` })) as never })),
  ],
  [
    'has a `good` that gives nothing',
    'BAS-01',
    /good\(3\) of upsert gives no list of documents/,
    operation('upsert', () => ({ good: () => null as never })),
  ],
  [
    'has a ledger with holes',
    'BAS-01',
    /`ledger` of the fixture must give a list of entries/,
    fixture((own) => ({ ...own, ledger: async () => [null as never] })),
  ],
  [
    'has secrets that are no pointers',
    'MAN-01',
    /`secrets` of the fixture must be a list of JSON Pointers/,
    fixture((own) => ({ ...own, secrets: [null as never] })),
  ],
  [
    'has a connection that is none',
    'MAN-01',
    /connections\.minimal of the fixture must be an object/,
    fixture((own) => ({ ...own, connections: { ...own.connections, minimal: null } })),
  ],
];

/** A thing whose every look throws. */
function unreadable(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Services that were not stopped when they should have been. */
const unstopped: Fixture[] = [];

afterEach(async () => {
  for (const one of unstopped.splice(0)) await one.stop();
});

/** Started once, and never stopped by a check. */
function shared(subject: Subject): Subject {
  let started: Promise<Fixture> | undefined;
  const start: Subject['start'] = async (options) => {
    started ??= subject.start(options).then((own) => {
      unstopped.push(own);
      return own;
    });
    return { ...(await started), stop: async () => undefined };
  };
  return { ...subject, start };
}

describe('a subject that', () => {
  const cases = LIES.map(([does, owner, sentence, lie, limits = {}]) => ({ does, owner, sentence, lie, limits }));
  test.each(cases)('$does is in error, and the plugin has not failed', async ({ owner, sentence, lie, limits }) => {
    const checks = await checksOf(
      lie(itemsSubject()),
      [...new Set(['MAN-01', 'MAN-03', 'MAN-04', 'BAS-01', 'CFG-07', 'OPS-02', 'OPS-03', 'ACC-03', 'ACC-05', owner])],
      limits,
    );

    expect(checks.find(({ id }) => id === owner)).toMatchObject({
      outcome: 'error',
      reason: expect.stringMatching(sentence),
    });
    expect(checks.filter(({ outcome }) => outcome === 'fail')).toEqual([]);
  });
});

/** Says another thing of a document than the service does. */
function saying(result: Partial<ResultEvent>, isAsked: boolean): Constructor<Operation> {
  return likeParent(
    class extends UpsertItems {
      protected override async upsert(...args: Parameters<UpsertItems['upsert']>) {
        const [{ id }] = args;
        if (isAsked) await super.upsert(...args);
        return { type: 'result', inputs: [id], status: 'success', ...result } as ResultEvent;
      }
    },
  );
}

describe('a plugin that', () => {
  test.each<readonly [says: string, seen: string, operation: Constructor<Operation>]>([
    ['calls what was applied refused', 'applicationError', saying({ status: 'applicationError' }, true)],
    ['calls what was never sent refused', 'applicationError', saying({ status: 'applicationError' }, false)],
    ['calls what was applied a failure', 'failure', saying({ status: 'failure' }, true)],
    ['calls what was never sent a success', 'none, and success', saying({}, false)],
  ])('%s has failed, whatever the fixture is', async (_, seen, type) => {
    const checks = await checksOf(itemsSubject(withOperation('upsert', type).plugin), ['BAS-01']);

    expect(checks).toMatchObject([{ outcome: 'fail', card: { seen: expect.stringContaining(seen) } }]);
  });
});

async function checksOf(
  subject: Subject,
  only: readonly string[],
  limits: Partial<SuiteLimits> = {},
): Promise<readonly CheckReport[]> {
  return (await conformance(subject, { only, limits }).run()).checks;
}
