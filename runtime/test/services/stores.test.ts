import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import type { CredentialStore } from '@connector-runtime/core';
import { cacheOf, credentialsOf } from '#src/services/connection-keys.js';
import { FileCredentialStore } from '#src/services/file-credential-store.js';
import { MemoryCache } from '#src/services/memory-cache.js';
import { MemoryCredentialStore } from '#src/services/memory-credential-store.js';
import { LentClock } from '../http/lent-clock.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'store-test-'));
  folders.push(folder);
  return path.join(folder, 'credentials');
}

const stores: [string, () => CredentialStore][] = [
  ['in memory', () => new MemoryCredentialStore()],
  ['in files', () => new FileCredentialStore(newFolder())],
];

describe.each(stores)('a credential store %s', (_kind, make) => {
  test('has nothing under a key that was never put', async () => {
    expect(await make().get('token')).toBeUndefined();
  });

  test('gives back what was put, as a secret, with its revision', async () => {
    const store = make();

    expect(await store.put('token', 'hunter22', 0)).toBe(true);
    expect(await store.put('token', 'hunter23', 1)).toBe(true);

    const entry = await store.get('token');
    expect(entry?.value.reveal()).toBe('hunter23');
    expect(entry?.revision).toBe(2);
    expect(JSON.stringify(entry)).not.toContain('hunter');
  });

  test('refuses what was put on an old revision', async () => {
    const store = make();
    await store.put('token', 'a', 0);

    expect(await store.put('token', 'b', 0)).toBe(false);
    expect(await store.put('token', 'b', 5)).toBe(false);
    expect((await store.get('token'))?.value.reveal()).toBe('a');
  });

  test('lets one of many writers win', async () => {
    const store = make();

    const won = await Promise.all(Array.from({ length: 20 }, (_, i) => store.put('token', `${i}`, 0)));

    expect(won.filter(Boolean)).toHaveLength(1);
  });

  test('keeps connections apart', async () => {
    const store = make();
    await credentialsOf('a', store).put('x', 'of a', 0);

    expect(await credentialsOf('b', store).get('x')).toBeUndefined();
    expect((await credentialsOf('a', store).get('x'))?.value.reveal()).toBe('of a');
  });
});

describe('the files of credentials', () => {
  test('are closed to others, and their names tell nothing', async () => {
    const folder = newFolder();
    const store = new FileCredentialStore(folder);
    await store.put('../../secret name', 'hunter22', 0);
    await store.put('../../secret name', 'hunter23', 1);

    const names = readdirSync(folder);

    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(names.map((name) => statSync(path.join(folder, name)).mode & 0o777)).toEqual(names.map(() => 0o600));
    expect(names.join()).not.toContain('secret');
  });

  test('do not add up, and what was replaced can no longer be read in them', async () => {
    const folder = newFolder();
    const store = new FileCredentialStore(folder);

    for (let revision = 0; revision < 40; revision++) await store.put('token', `hunter${revision}`, revision);

    const contents = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
    expect(contents.length).toBeLessThanOrEqual(16);
    expect(contents.filter((content) => content !== '').sort()).toEqual(['"hunter38"', '"hunter39"']);
  });

  test('are told from what others left beside them', async () => {
    const folder = newFolder();
    const store = new FileCredentialStore(folder);
    await store.put('token', 'x', 0);
    const [name = ''] = readdirSync(folder);
    for (const ending of ['.bak', '~', '.NaN']) writeFileSync(path.join(folder, `${name}${ending}`), '"stray"');

    expect((await store.get('token'))?.value.reveal()).toBe('x');
    expect(await store.put('token', 'y', 1)).toBe(true);
    expect((await store.get('token'))?.revision).toBe(2);
  });

  test('are swept of what a writer left behind that died', async () => {
    const folder = newFolder();
    const store = new FileCredentialStore(folder);
    await store.put('token', 'x', 0);
    const [dead, underWay] = ['dead.draft', 'under-way.draft'].map((name) => path.join(folder, name)) as [
      string,
      string,
    ];
    writeFileSync(dead, '"half a tok');
    utimesSync(dead, 0, 0);
    writeFileSync(underWay, '"half a tok');

    expect((await store.get('token'))?.value.reveal()).toBe('x');
    expect(await store.put('token', 'y', 1)).toBe(true);
    expect([existsSync(dead), existsSync(underWay)]).toEqual([false, true]);
  });

  test('refuse a writer that slept through many revisions and finds the name of its own free', async () => {
    const folder = newFolder();
    const store = new FileCredentialStore(folder);
    for (let revision = 0; revision < 20; revision++) await store.put('token', `${revision}`, revision);
    // What such a writer saw before it fell asleep.
    const late = new FileCredentialStore(folder);
    const inside = late as unknown as { latest(key: string): Promise<number> };
    jest.spyOn(inside, 'latest').mockResolvedValueOnce(1);

    expect(await late.put('token', 'too late', 1)).toBe(false);
    expect((await store.get('token'))?.value.reveal()).toBe('19');
    expect(readdirSync(folder).some((name) => name.endsWith('.2'))).toBe(false);
  });

  test('are shared by processes, of which each sees the changes of the other and none is lost', async () => {
    const folder = newFolder();
    const ledger = path.join(path.dirname(folder), 'ledger');
    const module = require.resolve('#src/services/file-credential-store.js');
    const script = `
      const { appendFileSync } = require('node:fs');
      const { FileCredentialStore } = require(${JSON.stringify(module)});
      const store = new FileCredentialStore(${JSON.stringify(folder)});
      (async () => {
        for (let done = 0; done < 100; ) {
          const entry = await store.get('count');
          const count = Number(entry ? entry.value.reveal() : 0) + 1;
          if (!(await store.put('count', String(count), entry ? entry.revision : 0))) continue;
          appendFileSync(${JSON.stringify(ledger)}, count + '\\n');
          done += 1;
        }
      })();`;

    const codes = await Promise.all(
      [1, 2, 3].map(
        () =>
          new Promise((resolve) => {
            spawn(process.execPath, ['-e', script], { stdio: 'inherit' }).on('close', resolve);
          }),
      ),
    );

    expect(codes).toEqual([0, 0, 0]);
    const counts = readFileSync(ledger, 'utf8').trim().split('\n').map(Number);
    expect(new Set(counts).size).toBe(300);
    expect((await new FileCredentialStore(folder).get('count'))?.value.reveal()).toBe('300');
  });

  test('that are broken are a configuration error that does not quote them', async () => {
    const folder = newFolder();
    const store = new FileCredentialStore(folder);
    await store.put('k', 'x', 0);
    for (const name of readdirSync(folder)) writeFileSync(path.join(folder, name), '"hunter22');

    const thrown = await store.get('k').catch((error: unknown) => error);

    expect(thrown).toMatchObject({ info: { category: 'config', code: 'CREDENTIALS_UNUSABLE' } });
    expect(inspect(thrown, { depth: 9 })).not.toContain('hunter');
  });

  test('that cannot be used are a configuration error', async () => {
    const folder = newFolder();
    writeFileSync(folder, 'a file');

    await expect(new FileCredentialStore(folder).put('k', 'hunter22', 0)).rejects.toMatchObject({
      info: { category: 'config', code: 'CREDENTIALS_UNUSABLE' },
    });
  });
});

describe('a cache in memory', () => {
  test('forgets by the lent clock', async () => {
    const clock = new LentClock(0);
    const cache = new MemoryCache(clock);
    await cache.set('k', { a: 1 }, 1_000);

    clock.advance(999);
    expect(await cache.get('k')).toEqual({ a: 1 });
    clock.advance(1);
    expect(await cache.get('k')).toBeUndefined();
  });

  test('drops what was used longest ago when it is full', async () => {
    const cache = new MemoryCache(new LentClock(0), 30);
    await cache.set('a', 'x'.repeat(10), 1_000);
    await cache.set('b', 'x'.repeat(10), 1_000);
    await cache.get('a');

    await cache.set('c', 'x'.repeat(10), 1_000);

    expect(
      [await cache.get('a'), await cache.get('b'), await cache.get('c')].map((entry) => entry !== undefined),
    ).toEqual([true, false, true]);
  });

  test('gives copies, so that nobody changes what another gets', async () => {
    const cache = new MemoryCache(new LentClock(0));
    await cache.set('k', { list: [1] }, 1_000);

    ((await cache.get('k')) as { list: number[] }).list.push(2);

    expect(await cache.get('k')).toEqual({ list: [1] });
  });

  test('keeps connections apart, whatever they are named', async () => {
    const cache = new MemoryCache(new LentClock(0));
    await cacheOf('a', cache).set('b:c', 1, 1_000);

    expect(await cacheOf('a:b', cache).get('c')).toBeUndefined();
    expect(await cacheOf('a', cache).get('b:c')).toBe(1);
  });
});
