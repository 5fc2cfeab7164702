import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isConnectorError, type Json } from '@connector-runtime/core';
import { type RunningOrg, runOrg } from '../running-org.js';

const BIN = path.join(path.dirname(require.resolve('@connector-runtime/runtime/package.json')), 'bin', 'connector.js');
const PLUGIN = require.resolve('@connector-runtime/salesforce-rest');

type Properties = Readonly<Record<string, Json>>;

let world: RunningOrg;
let folder: string;
beforeAll(async () => {
  world = await runOrg();
  folder = mkdtempSync(path.join(os.tmpdir(), 'needed-properties-'));
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ connectorRuntime: { plugins: [PLUGIN] } }));
});
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

const COLLECTIONS = { operationApi: 'COMPOSITEAPI' };
const BULK = { operationApi: 'BulkAPI2.0' };
const KEY = '/externalIdFieldName';
const NO_KEY = 'is missing: an upsert needs it';
const NO_OBJECT = 'is missing: every write needs it';
const NO_HARD_DELETE = 'must be false, got true: only BulkAPI2.0 has a hard delete';
const NEVER_RUN: readonly (readonly [string, Properties, string, string])[] = [
  ['upsert', {}, KEY, NO_KEY],
  ['upsert', COLLECTIONS, KEY, NO_KEY],
  ['upsert', BULK, KEY, NO_KEY],
  ['upsert', { externalIdValue: 'a' }, KEY, NO_KEY],
  ['upsert', { externalIdFieldName: ' ' }, KEY, 'must match'],
  ['csvBulk', { bulkOperation: 'insert' }, '/object', NO_OBJECT],
  ['csvBulk', { bulkOperation: 'update' }, '/object', NO_OBJECT],
  ['csvBulk', { bulkOperation: 'upsert', externalIdFieldName: 'Id' }, '/object', NO_OBJECT],
  ['csvBulk', { bulkOperation: 'delete' }, '/object', NO_OBJECT],
  ['csvBulk', { bulkOperation: 'hardDelete' }, '/object', NO_OBJECT],
  ['csvBulk', { bulkOperation: 'upsert', object: 'Account' }, KEY, NO_KEY],
  ['csvBulk', { bulkOperation: 'insert', object: ' ' }, '/object', 'must match'],
  ['query', { fields: ['Id', 'Owner//Name'] }, '/fields/1', 'must match'],
  ['query', { fields: ['/Id'] }, '/fields/0', 'must match'],
  ['query', { sort: [{ field: 'Owner/' }] }, '/sort/0/field', 'must match'],
  [
    'query',
    { filter: { and: [{ field: 'a//b', operator: 'EQUALS', value: 1 }] } },
    '/filter/and/0/field',
    'must match',
  ],
  ...['query', 'create', 'customSoql', 'createTree'].map(
    (operation) =>
      [operation, { restHeaders: { AUTHORIZATION: 'x' } }, '/restHeaders/AUTHORIZATION', 'is not allowed: '] as const,
  ),
  ['delete', { hardDelete: true }, '/hardDelete', NO_HARD_DELETE],
  ['delete', { hardDelete: true, batchCount: 2 }, '/hardDelete', NO_HARD_DELETE],
  ['delete', { hardDelete: true, ...COLLECTIONS }, '/hardDelete', NO_HARD_DELETE],
];

const typed = (operation: string) => (['csvBulk', 'customSoql'].includes(operation) ? {} : { objectType: 'Account' });

test.each(NEVER_RUN)('%s with %j is refused before any request', async (operation, properties, at, message) => {
  const connection = await world.connect();
  const refusal = caught(() => connection.execute({ operation, ...typed(operation), properties }, []));

  expect(refusal).toMatchObject({ category: 'config', code: 'CONFIG_INVALID', path: at });
  expect(refusal?.message).toContain(`${at}: ${message}`);
  expect(world.org.requests.counts()).toEqual({});
});

test('validate says the same of each, and passes what may get the rest from documents', async () => {
  const fine: readonly [string, Properties][] = [
    ['upsert', { externalIdFieldName: 'Id' }],
    ['csvBulk', { bulkOperation: 'queryAll' }],
    ['csvBulk', { bulkOperation: 'query', object: ' ' }],
    ['create', { restHeaders: { 'Accept-Language': 'de', Hostess: 'x' } }],
    ['query', { fields: ['Contacts/records/Owner/Name'] }],
    ['csvBulk', { bulkOperation: 'insert', object: 'Account' }],
    ['delete', { hardDelete: true, ...BULK }],
    ['customSoql', {}],
    ['update', BULK],
    ['createTree', {}],
  ];
  const files = [...NEVER_RUN, ...fine].map(([operation, properties], index) => {
    const file = path.join(folder, `${index}.json`);
    const component = { operation, ...typed(operation), properties };
    writeFileSync(file, JSON.stringify(component));
    return file;
  });

  const said = await validate(files);

  expect(said).toEqual([
    ...NEVER_RUN.map(([, , at, message]) => ({
      code: 'CONFIG_INVALID',
      path: `/properties${at}`,
      message: expect.stringContaining(message),
    })),
    ...fine.map(() => ({ valid: true })),
  ]);
});

test('an upsert that has no key yet can be browsed: its key is chosen then', async () => {
  const connection = await world.connect();

  const { schema } = await connection.describe({ operation: 'upsert', objectType: 'Account', role: 'input' });

  expect(schema).toContain('"External_Id__c"');
});

function caught(call: () => unknown) {
  try {
    call();
    return undefined;
  } catch (error) {
    if (isConnectorError(error)) return error.info;
    throw error;
  }
}

/** What `connector validate` says, without the place in the file. */
function validate(files: readonly string[]): Promise<readonly object[]> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, 'validate', ...files], { cwd: folder }, (_error, stdout) => {
      const lines = stdout.trim().split('\n');
      resolve(
        lines.map((line) => {
          const { valid, code, path: at, message } = JSON.parse(line) as Readonly<Record<string, unknown>>;
          return valid === true ? { valid } : { code, path: at, message };
        }),
      );
    });
  });
}
