import { CHECKS, type CheckReport, conformance, type Outcome } from '@connector-runtime/conformance-tests';
import type { ConnectorPlugin } from '@connector-runtime/core';
import { NEEDS, type Need } from '#src/needs.js';
import { likeParent, withBrowse, withConnection, withManifest, withOperation } from '../mutants/mutant.js';
import { ItemsBrowse } from '../reference/items/items-browse.js';
import { ItemsConnection } from '../reference/items/items-connection.js';
import { DeleteItems } from '../reference/items/items-operations.js';
import itemsPlugin from '../reference/items/items-plugin.js';
import { itemsSubject } from '../reference/items/items-subject.js';
import { CreateWithoutReconcile, SWITCHED_OFF, withOperations } from './switched-off.js';
import { without } from './without.js';

/** What is quick, and touches every operation. */
const OTHERS = ['MAN-01', 'MAN-03', 'MAN-04', 'CFG-01', 'BAS-01', 'OPS-05', 'OPS-06', 'CAN-05', 'SCH-02', 'SEC-03'];
/** What needs no connection. */
const OTHERS_OF_MANIFEST = ['MAN-01', 'MAN-03', 'CFG-01', 'CFG-02'];
const needs = Object.keys(NEEDS) as readonly Need[];

describe.each(needs)('without %s', (need) => {
  const { plugin, alsoAbsent } = SWITCHED_OFF[need];
  const absent = needs.filter((one) => one === need || alsoAbsent.includes(one));

  test('the manifest lacks this, and what goes with it', () => {
    expect(needs.filter((one) => !NEEDS[one].holds(plugin.manifest))).toEqual(absent);
  });

  test('the checks that need it are skipped and say why, and no other fails', async () => {
    const skipped = CHECKS.filter((check) => check.needs.some((one) => absent.includes(one)));
    const others = (need === 'http' ? OTHERS_OF_MANIFEST : OTHERS).filter(
      (id) => !skipped.some((check) => check.id === id),
    );

    const checks = await checksOf(plugin, [...skipped.map(({ id }) => id), ...others]);

    expect(outcomes(checks)).toEqual({
      ...Object.fromEntries(skipped.map(({ id }) => [id, 'skip'])),
      ...Object.fromEntries(others.map((id) => [id, 'pass'])),
    });
    const reasons = new Set(checks.filter(({ outcome }) => outcome === 'skip').map(({ reason }) => reason));
    expect(absent.map((one) => NEEDS[one].absent)).toEqual(expect.arrayContaining([...reasons]));
  });
});

class BrowseWithoutFields extends ItemsBrowse {}
Object.defineProperty(likeParent(BrowseWithoutFields).prototype, 'fields', { value: undefined });

class ConnectionWithLogin extends ItemsConnection {
  async login(): Promise<void> {}
}
likeParent(ConnectionWithLogin);

const { manifest, operations } = itemsPlugin;
const remove = () => DeleteItems;

describe('a manifest that is false', () => {
  test.each<readonly [what: string, seen: string, plugin: ConnectorPlugin]>([
    ['browse', 'none for browse, fields', { ...without(itemsPlugin, 'browse'), manifest }],
    ['fields', 'none for fields', withBrowse(BrowseWithoutFields).plugin],
    [
      'login',
      'none for login',
      withManifest({ connection: { ...manifest.connection, interactiveLogin: true } }).plugin,
    ],
    [
      'reconcile',
      'none for reconcile of create, reconcile of create:atomic',
      withOperation('create', CreateWithoutReconcile).plugin,
    ],
    ['an operation', 'none for operation delete', { ...itemsPlugin, operations: without(operations, 'delete') }],
  ])('by declaring %s, which is not there, fails MAN-03 and nothing else', async (_, seen, plugin) => {
    await expectOneFailure(plugin, 'MAN-03', seen);
  });

  test.each<readonly [what: string, seen: string, plugin: ConnectorPlugin]>([
    ['browse', 'none for browse, fields', { ...itemsPlugin, manifest: without(manifest, 'browse') }],
    [
      'fields',
      'none for fields',
      withManifest({ browse: { schemas: ['json-schema', 'xsd'], lazyFields: false } }).plugin,
    ],
    ['login', 'none for login', withConnection(ConnectionWithLogin).plugin],
    [
      'reconcile',
      'none for reconcile of create, reconcile of create:atomic',
      withOperations((operation) => ({ ...operation, reconciles: false })),
    ],
    ['an operation', 'none for operation remove', { ...itemsPlugin, operations: { ...operations, remove } }],
    ['checkpoints', 'a checkpoint', withOperations((operation) => ({ ...operation, resumable: false }))],
  ])('by leaving %s out, which is there, fails MAN-04 and nothing else', async (_, seen, plugin) => {
    await expectOneFailure(plugin, 'MAN-04', seen);
  });
});

/** The whole suite but for the check that starts a process before manifests are looked at: what is blocked costs nothing. */
async function expectOneFailure(plugin: ConnectorPlugin, id: string, seen: string): Promise<void> {
  const checks = await checksOf(
    plugin,
    CHECKS.map((check) => check.id).filter((one) => one !== 'MAN-02'),
  );

  const others = new Set(checks.filter((check) => check.id !== id).map(({ outcome }) => outcome));
  expect(checks.find((check) => check.id === id)).toMatchObject({ outcome: 'fail', card: { seen } });
  expect([...others].filter((outcome) => !['pass', 'blocked', 'skip'].includes(outcome))).toEqual([]);
}

/** Its last release was as it is: what is missing was never there. */
async function checksOf(plugin: ConnectorPlugin, only: readonly string[]): Promise<readonly CheckReport[]> {
  return (await conformance({ ...itemsSubject(plugin), previous: plugin.manifest }, { only }).run()).checks;
}

function outcomes(checks: readonly CheckReport[]): Readonly<Record<string, Outcome>> {
  return Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome]));
}
