import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { type SalesforceOrg, startSalesforceOrg } from '@connector-runtime/salesforce-org';
import { parse } from 'jsonc-parser';

const ROOT = path.resolve(__dirname, '..', '..');
const EXAMPLES = path.join(ROOT, 'docs', 'examples', 'salesforce');

/** What an example is run with, and what the org must have applied afterwards: writes by action. */
interface Example {
  readonly input?: string;
  readonly documents: number;
  readonly applies: Readonly<Record<string, number>>;
  /** Records that are read; absent where there are none. */
  readonly outputs?: (org: SalesforceOrg) => number;
  /** In JSON too. */
  readonly inJson: boolean;
}

const two = (action: string) => ({ documents: 2, applies: { [action]: 2 }, inJson: true });
const keyed = { documents: 2, applies: { create: 1, update: 1 }, inJson: true };
const open = (org: SalesforceOrg) =>
  Math.min(
    50,
    org.records('Invoice__c').filter(({ Status__c }) => Status__c === 'Draft' || Status__c === 'Sent').length,
  );
const all = (org: SalesforceOrg) => org.records('Invoice__c').length;
const named = (org: SalesforceOrg) =>
  org.records('Account').filter(({ Name }) => String(Name).startsWith('Iris')).length;
const statements = { input: 'statements', documents: 2, applies: {} };
const eight = () => 8;
const csv = (input: string, action: string): Example => ({
  input,
  documents: 1,
  applies: { [action]: 2 },
  outputs: () => 1,
  inJson: false,
});

const TABLE: Readonly<Record<string, Example>> = {
  query: { documents: 1, applies: {}, outputs: open, inJson: true },
  'query-children': { documents: 1, applies: {}, outputs: named, inJson: true },
  'query-bulk': { documents: 1, applies: {}, outputs: all, inJson: true },
  'custom-soql': { ...statements, outputs: eight, inJson: true },
  'custom-soql-bulk': { ...statements, outputs: eight, inJson: true },
  create: { input: 'accounts', ...two('create') },
  'create-collections': { input: 'accounts', ...two('create') },
  'create-bulk': { input: 'accounts', ...two('create') },
  update: { input: 'changes', ...two('update') },
  'update-read-back': { input: 'changes', ...two('update') },
  'update-collections': { input: 'changes', ...two('update') },
  'update-bulk': { input: 'changes', ...two('update') },
  upsert: { input: 'keyed', ...keyed },
  'upsert-collections': { input: 'with-keys', ...keyed },
  'upsert-bulk': { input: 'with-keys', ...keyed },
  delete: { input: 'leads', ...two('delete') },
  'delete-collections': { input: 'leads', ...two('delete') },
  'delete-bulk': { input: 'leads', ...two('delete') },
  'create-tree': { input: 'tree', documents: 1, applies: { create: 2 }, inJson: true },
  'csv-upsert': {
    input: 'accounts.csv',
    documents: 1,
    applies: { create: 1, update: 1 },
    outputs: () => 1,
    inJson: false,
  },
  'csv-insert': csv('new-accounts.csv', 'create'),
  'csv-update': csv('changes.csv', 'update'),
  'csv-delete': csv('leads.csv', 'delete'),
  'csv-hard-delete': csv('leads.csv', 'delete'),
  'csv-query': { ...statements, outputs: () => 2, inJson: false },
  'csv-query-all': { ...statements, outputs: () => 2, inJson: false },
};

const runs = Object.entries(TABLE).flatMap(([name, example]) =>
  (example.inJson ? (['xml', 'json'] as const) : (['xml'] as const)).map((format) => [name, format, example] as const),
);

let org: SalesforceOrg;
let folder: string;
beforeEach(async () => {
  org = await startSalesforceOrg({ accounts: 20 });
  folder = mkdtempSync(path.join(os.tmpdir(), 'salesforce-examples-'));
  cpSync(EXAMPLES, folder, { recursive: true });
  writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ connectorRuntime: { plugins: [require.resolve('@connector-runtime/salesforce-rest')] } }),
  );
  change('connection.json', { url: org.apiBase, clientId: org.clientId });
});
afterEach(async () => {
  await org.close();
  rmSync(folder, { recursive: true });
});

/** Lays properties over those of a component. */
function change(file: string, properties: object): void {
  const component = parse(readFileSync(path.join(folder, file), 'utf8')) as { readonly properties: object };
  const changed = { ...component, properties: { ...component.properties, ...properties } };
  writeFileSync(path.join(folder, file), JSON.stringify(changed));
}

async function connector(args: readonly string[]) {
  const child = spawn(process.execPath, [path.join(ROOT, 'runtime', 'bin', 'connector.js'), ...args], {
    cwd: folder,
    env: { ...process.env, SALESFORCE_CLIENT_SECRET: org.clientSecret, XDG_STATE_HOME: path.join(folder, 'state') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, code: code as number };
}

test('there is an example for each operation and API, and each is run', () => {
  const components = readdirSync(EXAMPLES).filter((name) => name.endsWith('.json') && name !== 'connection.json');

  expect(components.map((name) => name.replace('.json', '')).sort()).toEqual(Object.keys(TABLE).sort());
});

test('the page of the examples says which documents each takes', () => {
  const page = readFileSync(path.join(EXAMPLES, 'README.md'), 'utf8');
  const rows = [...page.matchAll(/^\| \[([\w-]+)\.json\]\(\1\.json\) *\| (?:`([\w.-]+)`)? *\|/gm)];

  expect(rows.map(([, name, input]) => [name, input])).toEqual(
    expect.arrayContaining(
      Object.entries(TABLE).map(([name, { input }]) => [
        name,
        input === undefined || input.includes('.') ? input : `${input}.ndjson`,
      ]),
    ),
  );
  expect(rows).toHaveLength(Object.keys(TABLE).length);
});

test('all components are valid as they stand', async () => {
  cpSync(EXAMPLES, folder, { recursive: true });

  const { code, stdout } = await connector([
    'validate',
    'connection.json',
    ...Object.keys(TABLE).map((name) => `${name}.json`),
  ]);

  expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
});

test.each(runs)(
  '%s in %s does what its results say',
  async (name, format, { input, documents, applies, outputs, inJson }) => {
    change(`${name}.json`, {
      ...(inJson ? { payloadFormat: format } : {}),
      ...(name.includes('bulk') || name.startsWith('csv') ? { pollInitialMs: 10 } : {}),
    });
    const file = input?.includes('.') === true || input === 'statements' || format === 'xml' ? input : `${input}.json`;
    const read = outputs?.(org) ?? 0;
    const before = org.ledger.entries.length;

    const given = input === undefined ? [] : ['--input', input.includes('.') ? input : `${file}.ndjson`];
    const { code, stdout, stderr } = await connector(['run', `${name}.json`, ...given]);

    const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as object;
    expect({ code, stderr: code === 0 ? '' : `${stderr}${stdout}` }).toEqual({ code: 0, stderr: '' });
    expect(outputs === undefined || read > 0).toBe(true);
    expect(summary).toMatchObject({ complete: true, outputs: read, counts: { success: documents } });
    const applied: Record<string, number> = {};
    for (const { action } of org.ledger.entries.slice(before)) applied[action] = (applied[action] ?? 0) + 1;
    expect(applied).toEqual(applies);
  },
  60_000,
);

test.each(['xml', 'json'])('the tree that the guide shows in %s is created as it stands', async (format) => {
  const guide = readFileSync(path.join(ROOT, 'docs', 'guides', 'salesforce.md'), 'utf8');
  const [, section = ''] = guide.split('## A tree in one document');
  const [, document = ''] = new RegExp(`\`\`\`${format}\\n(.*?)\`\`\``, 's').exec(section) ?? [];
  change('create-tree.json', { payloadFormat: format });
  writeFileSync(path.join(folder, `shown.${format}`), document);

  const { code, stdout } = await connector(['run', 'create-tree.json', '--input', `shown.${format}`]);

  expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
  const acme = org.records('Account').find(({ Name }) => Name === 'Acme');
  const contacts = org.records('Contact').filter(({ AccountId }) => AccountId === acme?.['Id']);
  expect(contacts.map(({ LastName }) => LastName)).toEqual(['Iris', 'Dana']);
  expect(org.records('Account').filter(({ Name }) => Name === 'Meadow')).toHaveLength(1);
});
