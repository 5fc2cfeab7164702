import {
  conformance,
  type Fixture,
  type OperationFixture,
  type Sample,
  type Subject,
} from '@connector-runtime/conformance-tests';
import type { Constructor, Operation } from '@connector-runtime/core';
import { withManifest } from '../mutants/mutant.js';
import itemsPlugin from '../reference/items/items-plugin.js';
import { itemsSubject } from '../reference/items/items-subject.js';
import { without } from './without.js';

type OptionalOf<T> = { [Name in keyof T]-?: undefined extends T[Name] ? Name : never }[keyof T];

/** A member that a fixture may lack: how it is taken away, and the checks that then show nothing. */
interface Missing {
  readonly from: (subject: Subject) => Subject;
  readonly unproven: readonly string[];
  /** Checks that use it where it is there, and do without. */
  readonly others?: readonly string[];
  /** The member that the reason names, where it is not the first word. */
  readonly hint?: string;
}

const fromFixture =
  (change: (fixture: Fixture) => Fixture): Missing['from'] =>
  (subject) => ({
    ...subject,
    start: async (options) => change(await subject.start(options)),
  });
const fixtureMember = (name: OptionalOf<Fixture>) => fromFixture((fixture) => without(fixture, name) as Fixture);
const connection = (name: OptionalOf<Fixture['connections']>) =>
  fromFixture((fixture) => ({ ...fixture, connections: without(fixture.connections, name) as Fixture['connections'] }));
const fromOperations = (change: (operation: OperationFixture) => OperationFixture) =>
  fromFixture((fixture) => ({
    ...fixture,
    operations: Object.fromEntries(
      Object.entries(fixture.operations).map(([key, operation]) => [key, change(operation)]),
    ),
  }));
const operationMember = (name: OptionalOf<OperationFixture>) =>
  fromOperations((operation) => without(operation, name) as OperationFixture);
const sampleMember = (
  member: 'good' | 'bad' | 'withText' | 'withNumber' | 'withDate' | 'withNulls',
  change: (sample: Sample) => Sample,
) =>
  fromOperations((operation) => {
    const make = operation[member] as ((argument: unknown) => Sample | readonly Sample[]) | undefined;
    if (make === undefined) return operation;
    const changed = (argument: unknown) => {
      const made = make(argument);
      return 'key' in made ? change(made) : made.map(change);
    };
    return { ...operation, [member]: changed };
  });
/** Of a body that is not plain JSON, only its author can tell what the ledger must say. */
const opaque = (sample: Sample): Sample =>
  sample.mediaType === 'application/json'
    ? { ...without(sample, 'data'), mediaType: 'application/json; charset=utf-8' }
    : sample;

const OF_SUBJECT = {
  previous: { from: (subject) => without(subject, 'previous'), unproven: ['MAN-05'] },
} satisfies Readonly<Record<Exclude<OptionalOf<Subject>, 'notSecret' | 'waive'>, Missing>>;

/** `wrongCredential` is needed where there are secrets, and not asked for where there are none. */
const OF_CONNECTIONS = {
  minimal: { from: connection('minimal'), unproven: ['BAS-01'] },
  old: { from: connection('old'), unproven: ['CFG-06'] },
} satisfies Readonly<Record<Exclude<OptionalOf<Fixture['connections']>, 'wrongCredential'>, Missing>>;

/** `useGate` is for plugins with sockets of their own, `isLogin` for those whose login is not the first request with a secret, `hasSessions` for those that sign, `canary` for secrets of a form. */
const OF_FIXTURE = {
  seedRows: {
    from: fixtureMember('seedRows'),
    unproven: [
      'MAN-04',
      'SCH-03',
      'OPS-01',
      'OPS-05',
      'ACC-07',
      'CAN-05',
      'AUT-01',
      'BPR-01',
      'BPR-03',
      'HOS-04',
      'UNI-02',
      'CHK-01',
      'CHK-02',
      'CHK-03',
    ],
  },
  seedObjectTypes: { from: fixtureMember('seedObjectTypes'), unproven: ['BRW-02'] },
  stallJob: { from: fixtureMember('stallJob'), unproven: ['TIM-03'] },
  expireSession: { from: fixtureMember('expireSession'), unproven: ['AUT-01', 'AUT-02', 'AUT-03', 'AUT-04'] },
} satisfies Readonly<Record<Exclude<OptionalOf<Fixture>, 'useGate' | 'isLogin' | 'hasSessions' | 'canary'>, Missing>>;

/** Without `objectType`, an operation that needs one is an error of the subject; without `pageRows` a page has the usual number, without `looksUp` rows are those of `seedRows`; `atomic` is needed only where no variant has atomic batches by itself. */
const OF_OPERATIONS = {
  rowData: { from: operationMember('rowData'), unproven: ['UNI-02'], others: ['OPS-01', 'SEC-03'] },
  dynamic: { from: operationMember('dynamic'), unproven: ['CFG-07'] },
  bad: { from: operationMember('bad'), unproven: ['ACC-03', 'ACC-05', 'ACC-06', 'BAT-03', 'ERR-05'] },
  withText: { from: operationMember('withText'), unproven: ['SEC-03', 'HOS-03', 'UNI-01', 'UNI-02'] },
  withNumber: { from: operationMember('withNumber'), unproven: ['UNI-03'] },
  withDate: { from: operationMember('withDate'), unproven: ['UNI-04'] },
  withNulls: { from: operationMember('withNulls'), unproven: ['UNI-05'] },
  sized: { from: operationMember('sized'), unproven: ['BAT-02'] },
  hostile: { from: operationMember('hostile'), unproven: ['HOS-01'] },
  itemsIn: { from: operationMember('itemsIn'), unproven: ['BAT-01'], others: ['ACC-08'] },
} satisfies Readonly<
  Record<Exclude<OptionalOf<OperationFixture>, 'objectType' | 'pageRows' | 'looksUp' | 'atomic'>, Missing>
>;

const OF_SAMPLES = {
  'expectCode of bad': { from: sampleMember('bad', (sample) => without(sample, 'expectCode')), unproven: ['ACC-05'] },
  'data of good': { from: sampleMember('good', opaque), unproven: ['OPS-02', 'OPS-03', 'HOS-02'] },
  'data of withText': { from: sampleMember('withText', opaque), unproven: ['HOS-03', 'UNI-01', 'UNI-02'] },
  'data of withNumber': { from: sampleMember('withNumber', (sample) => without(sample, 'data')), unproven: ['UNI-03'] },
  'data of withDate': { from: sampleMember('withDate', opaque), unproven: ['UNI-04'] },
  'data of withNulls': { from: sampleMember('withNulls', opaque), unproven: ['UNI-05'] },
  'all of hostile': {
    from: fromOperations((operation) => ({ ...operation, hostile: [] })),
    unproven: ['HOS-01'],
    hint: 'hostile',
  },
} satisfies Readonly<Record<string, Missing>>;

const TABLE: Readonly<Record<string, Missing>> = {
  ...OF_SUBJECT,
  ...OF_CONNECTIONS,
  ...OF_FIXTURE,
  ...OF_OPERATIONS,
  ...OF_SAMPLES,
};

test.each(Object.entries(TABLE))('without %s, what needs it is unproven and says so', async (name, missing) => {
  const { from, unproven, others = [], hint = name.split(' ')[0] ?? name } = missing;

  const { checks } = await conformance(from(itemsSubject()), { only: [...unproven, ...others] }).run();

  expect(Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome]))).toEqual({
    ...Object.fromEntries(unproven.map((id) => [id, 'unproven'])),
    ...Object.fromEntries(others.map((id) => [id, 'pass'])),
  });
  for (const { outcome, reason } of checks)
    if (outcome === 'unproven') expect(reason).toMatch(new RegExp(`^add \`(?:connections\\.)?${hint}\``));
});

test('a plugin that was never released, or has no sessions, is told what to say then', async () => {
  const subject = without(itemsSubject(), 'previous');
  const start: Subject['start'] = async (options) => without(await subject.start(options), 'expireSession') as Fixture;

  const { checks } = await conformance({ ...subject, start }, { only: ['MAN-05', 'AUT-01', 'AUT-03'] }).run();

  const ofSession = { outcome: 'unproven', reason: expect.stringMatching(/; or `hasSessions: false`, where/) };
  expect(checks).toMatchObject([
    {
      outcome: 'unproven',
      reason: expect.stringMatching(/; before the first release, give the plugin's own manifest$/),
    },
    ofSession,
    ofSession,
  ]);
});

test('what is tried for some operations only, for want of a member, says for which it was not', async () => {
  const onlyDelete = fromFixture((fixture) => ({
    ...fixture,
    operations: Object.fromEntries(
      Object.entries(fixture.operations).map(([key, operation]) => [
        key,
        key === 'delete' ? operation : (without(operation, 'bad') as OperationFixture),
      ]),
    ),
  }));

  const { checks } = await conformance(onlyDelete(itemsSubject()), { only: ['ACC-05', 'HOS-03'] }).run();

  expect(checks.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ['pass', 'without `bad`, not tried: create, update, upsert, upload'],
    ['pass', 'without `withText`, not tried: upload'],
  ]);
});

test('what is told of the rows of some reads only says of which it is not', async () => {
  const onlyRead = fromFixture((fixture) => ({
    ...fixture,
    operations: Object.fromEntries(
      Object.entries(fixture.operations).map(([key, operation]) => [
        key,
        key === 'export' ? (without(operation, 'rowData') as OperationFixture) : operation,
      ]),
    ),
  }));

  const { checks } = await conformance(onlyRead(itemsSubject()), { only: ['UNI-02'] }).run();

  expect(checks).toMatchObject([
    { outcome: 'pass', reason: expect.stringMatching(/without `rowData`, not tried: export/) },
  ]);
});

test('what no document can hold is not called proven', async () => {
  const { manifest, operations } = itemsPlugin;
  const only = withManifest({ operations: manifest.operations.filter(({ id }) => id === 'upload') });
  const uploads = { ...only.plugin, operations: { upload: operations['upload'] as () => Constructor<Operation> } };

  const { checks } = await conformance(itemsSubject(uploads), { only: ['HOS-02'] }).run();

  expect(checks).toMatchObject([{ outcome: 'unproven', reason: expect.stringMatching(/^no document of `good` is/) }]);
});
