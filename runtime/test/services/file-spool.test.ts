import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FileSpool } from '#src/services/file-spool.js';
import { errorOf } from '../http/http-bench.js';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'spool-test-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const files = () => readdirSync(parent, { recursive: true }).map((name) => path.join(parent, String(name)));

test('a spool turns a stream into a body that can be read again', async () => {
  const spool = new FileSpool(1_000, parent);
  async function* source(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('one');
    yield Buffer.from('two');
  }

  const body = await spool.write(source(), 'text/csv');

  expect(body).toMatchObject({ mediaType: 'text/csv', sizeBytes: 6, repeatable: true });
  expect([await body.text(6), await body.text(6)]).toEqual(['onetwo', 'onetwo']);
  await spool.close();
});

test('spools one after another leave nothing listening to the process', async () => {
  const before = process.listenerCount('exit');
  for (let n = 0; n < 3; n += 1) {
    const spool = new FileSpool(1_000, parent);
    await spool.write([Buffer.from('x')], 'text/plain');
    await spool.close();
  }

  expect(process.listenerCount('exit')).toBe(before);
});

test('a spool that is not written to makes nothing', async () => {
  await new FileSpool(1_000, parent).close();

  expect(files()).toEqual([]);
});

test('what is spooled is closed to others, and gone with the spool', async () => {
  const spool = new FileSpool(1_000, parent);
  await spool.write([Buffer.from('x')], 'text/plain');

  expect(files().map((name) => statSync(name).mode & 0o777)).toEqual([0o700, 0o600]);
  await spool.close();
  await spool.close();
  expect(files()).toEqual([]);
});

test('a spool takes exactly its bound, and what is beyond leaves nothing behind', async () => {
  const spool = new FileSpool(10, parent);
  await spool.write([Buffer.alloc(10)], 'text/plain');

  const { info } = await errorOf(spool.write([Buffer.alloc(1)], 'text/plain'));

  expect(info).toMatchObject({ category: 'tooLarge', code: 'SPOOL_FULL', effect: 'none' });
  expect(files()).toHaveLength(2);
  await spool.close();
});

test('a source that breaks leaves nothing behind and gives its room back', async () => {
  const spool = new FileSpool(10, parent);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(8);
    throw new Error('cut');
  }

  await expect(spool.write(broken(), 'text/plain')).rejects.toThrow('cut');

  expect((await spool.write([Buffer.alloc(10)], 'text/plain')).sizeBytes).toBe(10);
  expect(files()).toHaveLength(2);
  await spool.close();
});

const script = (then: string) => `
  const { FileSpool } = require(${JSON.stringify(require.resolve('#src/services/file-spool.js'))});
  new FileSpool(1000, process.argv[1]).write([Buffer.from('x')], 'text/plain').then(() => { ${then} });`;

test('what a killed process left is swept by the next', async () => {
  spawnSync(process.execPath, ['-e', script("process.kill(process.pid, 'SIGKILL')"), parent]);
  expect(files()).toHaveLength(2);

  spawnSync(process.execPath, ['-e', script(''), parent]);

  expect(files()).toEqual([]);
});

test('what a living process has is left alone', async () => {
  const spool = new FileSpool(1_000, parent);
  const body = await spool.write([Buffer.from('x')], 'text/plain');

  spawnSync(process.execPath, ['-e', script(''), parent]);

  expect(await body.text(1)).toBe('x');
  await spool.close();
});

test('a process that ends without closing leaves nothing', () => {
  spawnSync(process.execPath, ['-e', script(''), parent]);

  expect(existsSync(parent)).toBe(true);
  expect(files()).toEqual([]);
});
