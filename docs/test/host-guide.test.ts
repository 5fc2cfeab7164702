import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Json } from '@connector-runtime/core';
import type { DocumentInput } from '@connector-runtime/runtime';
import * as look from '#docs/host/look.js';
import * as read from '#docs/host/read.js';
import * as start from '#docs/host/start.js';
import * as write from '#docs/host/write.js';
import { componentOf, HostPlace } from './host-place.js';
import { NotesService } from './notes-plugin.js';

const DOCS = path.resolve(__dirname, '..');

let place: HostPlace;
beforeEach(() => {
  place = new HostPlace();
});
afterEach(() => place.remove());

describe('the guide', () => {
  const guide = ['host-the-runtime.md', 'host-in-production.md']
    .map((page) => readFileSync(path.join(DOCS, 'guides', page), 'utf8'))
    .join('');
  const listings = [...guide.matchAll(/<!-- from: ([\w-]+\.ts)#(\w+) -->\n\n```ts\n(.*?)^```$/gms)];

  test('has each listing as it stands in the file that it is a part of', () => {
    for (const [, file = '', region = '', text] of listings) {
      const source = readFileSync(path.join(DOCS, 'examples', 'host', file), 'utf8');
      const part = new RegExp(`^// #region ${region}\n(.*?)^// #endregion$`, 'ms').exec(source)?.[1];
      expect({ file, region, text }).toEqual({ file, region, text: part });
    }
  });

  test('has no TypeScript that is no such part, and leaves none out', () => {
    const files = [...new Set(listings.map(([, file]) => file ?? ''))];
    const regions = files.flatMap((file) => [
      ...readFileSync(path.join(DOCS, 'examples', 'host', file), 'utf8').matchAll(/^\/\/ #region (\w+)$/gm),
    ]);
    expect(guide.match(/^```(ts|js)/gm)).toHaveLength(listings.length);
    expect(new Set(listings.map(([, , region]) => region))).toEqual(new Set(regions.map(([, region]) => region)));
  });
});

describe('start.ts', () => {
  test('loads plugins by import, by name and by path', async () => {
    const byPath = path.join(DOCS, 'dist', 'plugin', 'greeting-plugin.js');
    const runtimes = [
      start.startRuntime(),
      await start.startRuntimeWith(['@connector-runtime/salesforce-rest', byPath], DOCS),
    ];

    expect(runtimes.map(({ plugins }) => plugins.map(({ manifest }) => manifest.id))).toEqual([
      ['salesforce-rest'],
      ['salesforce-rest', 'greeting'],
    ]);
    await expect(start.startRuntimeWith(['no-such-plugin'], DOCS)).rejects.toMatchObject({
      info: { code: 'PLUGIN_NOT_FOUND', message: expect.stringContaining('npm i no-such-plugin') },
    });
  });

  test('connects with a secret of the environment, and sends nothing yet', async () => {
    const { url, clientSecret, requests } = await place.org();
    const runtime = place.closing(start.startRuntime());
    process.env['CRM_CLIENT_SECRET'] = clientSecret;
    try {
      const connection = await start.connectCrm(runtime, url);
      expect(requests.entries).toHaveLength(0);
      expect((await connection.test()).every(({ ok }) => ok)).toBe(true);
    } finally {
      delete process.env['CRM_CLIENT_SECRET'];
    }
    await expect(start.connectCrm(runtime, url)).rejects.toMatchObject({ info: { code: 'SECRET_UNREADABLE' } });
  });

  test('lists every issue, and what is no issue of a property', async () => {
    const runtime = place.closing(start.startRuntime());
    const issues = await start.issuesIn(runtime, {
      plugin: 'salesforce-rest',
      properties: { url: 'acme', authenticationType: 'OAUTH_2', typo: 1 },
    });

    expect(issues.map(({ path: at, rule }) => `${at} ${rule}`)).toEqual(
      expect.arrayContaining(['/url pattern', '/grantType required', '/typo additionalProperties']),
    );
    expect(await start.issuesIn(runtime, { plugin: 'nobody', properties: {} })).toMatchObject([
      { path: '', rule: 'PLUGIN_UNKNOWN' },
    ]);
    expect(await start.issuesIn(runtime, componentOf(await place.org()))).toEqual([]);
  });

  test('reads secrets out of a vault', async () => {
    const running = await place.org();
    const runtime = place.closing(
      start.startRuntimeWithVault(async (name) => (name === 'crm' ? running.clientSecret : '')),
    );
    const { properties } = componentOf(running);
    const withSecret = ($secret: string) => ({
      plugin: 'salesforce-rest',
      properties: { ...(properties as object), clientSecret: { $secret } },
    });

    const connection = await runtime.connect(withSecret('vault:crm'));
    expect((await connection.test()).every(({ ok }) => ok)).toBe(true);
    await expect(runtime.connect(withSecret('safe:crm'))).rejects.toMatchObject({
      info: { code: 'SECRET_UNREADABLE', path: '/clientSecret' },
    });
  });
});

test('look.ts tests a connection, and browses', async () => {
  const running = await place.org();
  const runtime = place.closing(start.startRuntime());
  const connection = await runtime.connect(componentOf(running));

  expect(await look.testLines(connection)).toEqual(expect.arrayContaining([expect.stringMatching(/^ok open/)]));
  const { types, schema, fields } = await look.browse(connection, 'acc', 'Account');
  expect(types).toContain('Account');
  expect(JSON.parse(schema)).toHaveProperty('$defs');
  expect(fields).toContain('Name');

  const refused = await runtime.connect({
    plugin: 'salesforce-rest',
    properties: componentOf(running, { clientSecret: 'wrong' }).properties,
  });
  expect(await look.testLines(refused)).toEqual([expect.stringMatching(/^FAILED open \w+/)]);
});

describe('write.ts', () => {
  class Notebook implements write.Outbox {
    readonly lines: string[] = [];
    readonly receipts = new Map<string, Json | undefined>();
    done = async (id: string) => void this.lines.push(`done ${id}`);
    refused = async (id: string, why: string) => void this.lines.push(`refused ${id}: ${why}`);
    sendAgain = async (id: string) => void this.lines.push(`again ${id}`);
    lookUp = async (id: string, receipt: Json | undefined) => {
      this.lines.push(`look up ${id}`);
      this.receipts.set(id, receipt);
    };
  }

  test('sends documents in every form', async () => {
    const service = new NotesService();
    const file = path.join(place.folder, 'note.json');
    writeFileSync(file, '{"key":"d"}');
    const connection = await place.notes(service);
    const { counts } = await connection.execute({ operation: 'create' }, write.documentsInEveryForm(file)).finish();

    expect(counts).toMatchObject({ success: 5 });
    expect(service.notes).toEqual([
      ...['a', 'b', 'c', 'd'].map((key) => ({ key, tag: 'none' })),
      { key: 'e', tag: 'vip' },
    ]);
  });

  test('tells what to do with each document, and settles those that are unknown', async () => {
    const service = new NotesService();
    service.losesAnswerTo.add('kept');
    service.losesRequestOf.add('lost');
    const connection = await place.notes(service);
    const keys = ['good', 'refused', 'kept', 'lost'];
    async function* rows() {
      for (const [id, key] of keys.entries()) yield { id, key };
    }
    const notebook = new Notebook();
    const { complete } = await write.createNotes(connection, write.documentsOf(rows()), notebook);

    expect(complete).toBe(true);
    expect(notebook.lines).toEqual(['done row-0', 'refused row-1: not this one', 'look up row-2', 'look up row-3']);

    const unsettled = [...notebook.receipts].map(
      ([id, receipt]): DocumentInput => ({ id, body: '', ...(receipt === undefined ? {} : { receipt }) }),
    );
    const later = new Notebook();
    await write.settleNotes(connection, unsettled, later);
    expect(later.lines).toEqual(['done row-2', 'again row-3']);
    expect(service.notes.map(({ key }) => key)).toEqual(['good', 'kept']);
  });

  test('asks a source for a document when there is room', async () => {
    const asked: number[] = [];
    async function* rows() {
      for (let id = 0; ; id += 1) {
        asked.push(id);
        yield { id, key: `k${id}` };
      }
    }
    const connection = await place.notes(new NotesService());
    for await (const event of connection.execute({ operation: 'create' }, write.documentsOf(rows())))
      if (event.type === 'result' && event.inputs[0] === 'row-4') break;
    expect(asked.length).toBeLessThanOrEqual(7);
  });
});

describe('read.ts', () => {
  test('reads records, and a large output as it comes', async () => {
    const running = await place.org();
    const runtime = place.closing(start.startRuntime());
    const names: string[] = [];
    const connection = await runtime.connect(componentOf(running));
    for await (const text of read.accounts(connection)) names.push(text);
    expect(names).toHaveLength(running.records('Account').length);
    expect(names[0]).toMatch(/<Name>/);
    running.faults.add({ kind: 'query', action: 'error', status: 400, errorCode: 'MALFORMED_QUERY', message: 'no' });
    await expect(read.accounts(connection).next()).rejects.toThrow('not all accounts were read');

    const service = new NotesService();
    const file = path.join(place.folder, 'file');
    expect(await read.download(await place.notes(service), () => file)).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(service.file);
  });

  test('knows every form of a body', async () => {
    expect(await read.textOf('a')).toBe('a');
    expect(await read.textOf(Buffer.from('b'))).toBe('b');
    expect(await read.textOf({ c: 1 })).toBe('{"c":1}');
  });

  test('reads in batches', async () => {
    const service = new NotesService();
    service.notes.push(...['a', 'b', 'c'].map((key) => ({ key, tag: '' })));
    const inserted: number[] = [];
    const insert = async (rows: readonly unknown[]) => void inserted.push(rows.length);

    expect(await read.loadNotes(await place.notes(service), insert)).toBe(true);
    expect(inserted.filter((n) => n > 0)).toEqual([2, 1]);
  });

  test('goes on where it was after a crash, and copies nothing twice', async () => {
    const service = new NotesService();
    service.notes.push(...['a', 'b', 'c', 'd', 'e'].map((key) => ({ key, tag: '' })));
    const file = path.join(place.folder, 'target.json');
    const kept = () => JSON.parse(readFileSync(file, 'utf8')) as { rows: Json[]; checkpoint?: Json };
    writeFileSync(file, '{"rows":[]}');
    const target = (crashAt: number): read.Target => ({
      checkpoint: async () => kept().checkpoint,
      commit: async (rows, checkpoint) => {
        if (service.pages >= crashAt) throw new Error('the process dies');
        writeFileSync(file, JSON.stringify({ rows: [...kept().rows, ...(rows as Json[])], checkpoint }));
      },
    });

    await expect(read.copyNotes(await place.notes(service), target(2))).rejects.toThrow('the process dies');
    expect(kept().rows).toHaveLength(2);
    service.isAway = true;
    expect(await read.copyNotes(await place.notes(service), target(9))).toBe(false);
    expect(kept()).toMatchObject({ checkpoint: { operation: 'list' } });
    service.isAway = false;
    service.pages = 0;
    expect(await read.copyNotes(await place.notes(service), target(9))).toBe(true);
    expect(kept()).toEqual({ rows: service.notes });
    expect(service.pages).toBe(2);
  });
});
