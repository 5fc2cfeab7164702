import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STANDARD_OBJECTS } from '#src/store/objects/standard-objects.js';
import { RecordStore } from '#src/store/record-store.js';
import { applyStoredChange } from '#src/store/stored-change.js';
import type { Table } from '#src/store/table.js';

const CHOICE = { seed: 1, accounts: 3 };
let folder: string;
let file: string;
let open: RecordStore[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'org-journal-'));
  file = join(folder, 'store');
});
afterEach(() => {
  for (const store of open) store.journal.close();
  open = [];
  rmSync(folder, { recursive: true });
});

/** The accounts of an org that keeps its records in the file. */
function openAccounts(): { store: RecordStore; accounts: Table } {
  const store = new RecordStore(STANDARD_OBJECTS, CHOICE.seed, CHOICE.accounts);
  open.push(store);
  store.journal.open(file, CHOICE, (change) => applyStoredChange(store, change));
  const accounts = store.tableNamed('Account');
  if (accounts === undefined) throw new Error('no accounts');
  return { store, accounts };
}

const named = (accounts: Table, name: string) => new Map([[accounts.type.required('Name'), name]]);
const lines = () => readFileSync(file, 'utf8').trimEnd().split('\n').slice(1);

test('what is committed together is one line, and what is rolled back none', () => {
  const { store, accounts } = openAccounts();

  store.transaction.attempt(() => {
    accounts.insert(named(accounts, 'a'));
    store.transaction.attempt(
      () => accounts.update(0, named(accounts, 'rolled back')),
      () => false,
    );
    accounts.update(1, named(accounts, 'b'));
  });
  accounts.update(2, named(accounts, 'c'));

  expect(lines().map((line) => JSON.parse(line))).toEqual([
    [
      { objectType: 'Account', id: accounts.idAt(3), fields: expect.objectContaining({ Name: 'a' }) },
      { objectType: 'Account', id: accounts.idAt(1), fields: { Name: 'b' } },
    ],
    [{ objectType: 'Account', id: accounts.idAt(2), fields: { Name: 'c' } }],
  ]);
});

test('a record that has left the recycle bin stays out of it', () => {
  const { accounts } = openAccounts();
  for (const position of [0, 1]) accounts.delete(position);
  accounts.purge(1);

  const again = openAccounts().accounts;

  expect([0, 1, 2].map((position) => [again.isDeleted(position), again.isPurged(position)])).toEqual([
    [true, false],
    [true, true],
    [false, false],
  ]);
});

test('a file that was read is as it was, and reading it again gives the same', () => {
  const { accounts } = openAccounts();
  accounts.insert(named(accounts, 'a'));
  const before = readFileSync(file, 'utf8');

  openAccounts();
  const { accounts: third } = openAccounts();

  expect(readFileSync(file, 'utf8')).toBe(before);
  expect([third.size, third.read(3, third.type.required('Name'))]).toEqual([4, 'a']);
});

test('a file that ends at any byte of its last line is read up to that line', () => {
  const { accounts } = openAccounts();
  accounts.insert(named(accounts, 'whole'));
  const whole = readFileSync(file).length;
  accounts.insert(named(accounts, 'törn'));
  const bytes = readFileSync(file);

  const sizes = Array.from({ length: bytes.length - whole + 1 }, (_, cut) => {
    writeFileSync(file, bytes.subarray(0, whole + cut));
    const { accounts: read } = openAccounts();
    return read.size;
  });

  expect(sizes.slice(0, -1).every((size) => size === 4)).toBe(true);
  expect(sizes.at(-1)).toBe(5);
});
