import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Json, Status } from '@connector-runtime/core';
import { create, expectHonest, FAST, results, startWorld, stopWorlds } from './bulk-world.js';
import { accounts, run } from './promise-world.js';
import { json, type RawAnswer, RawService } from './raw-service.js';

afterEach(stopWorlds);

describe('a set of results that is cut', () => {
  const body =
    '"sf__Id","sf__Created","Name"\n"001000000000001AAA","true","a"\n"001000000000002AAA","true","b ""x"""\n';

  test.each(['content-length', 'chunked', 'close'] as const)(
    'anywhere, in %s framing, is read again: every row once',
    async (framing) => {
      let jobs = 0;
      const read = new Set<string>();
      const csv = (text: string, cut?: RawAnswer['cut']): RawAnswer => ({
        status: 200,
        body: text,
        headers: { 'content-type': 'text/csv' },
        ...(cut !== undefined && { cut }),
      });
      // The number of the job is where its first answer breaks off.
      const service = await RawService.start(({ method, path }) => {
        const id = /jobs\/ingest\/(\d+)AAA/.exec(path)?.[1] ?? `750${String(jobs++).padStart(12, '0')}`;
        if (method === 'PUT') return { status: 201 };
        if (path.endsWith('/failedResults')) return csv('"sf__Id","sf__Error","Name"\n');
        if (path.endsWith('/unprocessedrecords')) return csv('"Name"\n');
        if (path.endsWith('/successfulResults')) {
          const isFirst = !read.has(id);
          read.add(id);
          return csv(body, isFirst ? { atByte: Number(id.slice(3)), framing } : undefined);
        }
        const state = path.endsWith('/jobs/ingest') ? 'Open' : 'JobComplete';
        return path.includes('/jobs/') ? json({ id: `${id}AAA`, state, numberRecordsProcessed: 2 }) : 'default';
      });
      const world = await startWorld({}, { limits: { repeatsPerMinute: 10_000 } });
      const properties = service.properties({ concurrent: 25 });
      const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties });
      await connection.test();
      const documents = [
        { id: 'a', body: '<records><Name>a</Name></records>' },
        { id: 'b', body: '<records><Name>b "x"</Name></records>' },
      ];
      const outcomes = await Promise.all(
        Array.from({ length: body.length }, () => run(connection, 'create', documents, FAST)),
      );
      await service.stop();

      expect(read.size).toBe(body.length);
      for (const { statuses: own } of outcomes) expect(own).toEqual({ a: 'success', b: 'success' });
    },
  );
});

test.each<[string, string, object]>([
  ['successfulResults', 'the rows that failed', { unknown: 10, applicationError: 1 }],
  ['failedResults', 'the rows that succeeded', { success: 10, unknown: 1 }],
  ['unprocessedrecords', 'all rows, for none is missing', { success: 10, applicationError: 1 }],
])('where the %s cannot be read for good, the others tell of %s', async (set, _what, counts) => {
  const bad = { id: 'bad', body: '<records type="Account"><Name></Name></records>' };
  const made = await create(0, {
    documents: [...accounts(10), bad],
    faults: [{ path: `/${set}`, times: 100, action: 'error', status: 404, errorCode: 'NOT_FOUND', message: 'gone' }],
  });

  expect(made.outcome.summary.counts).toMatchObject(counts);
  for (const { status, message } of results(made)) if (status === 'unknown') expect(message).toContain('gone');
  expectHonest(made);
});

test('results that cannot be read to their end: each document has one result all the same', async () => {
  const world = await startWorld();
  const connection = await world.connect();
  const long = `<Description>${'x'.repeat(30_000)}</Description>`;
  const bad = Array.from({ length: 20 }, (_, n) => ({ id: `bad${n}`, body: `<records><Name/>${long}</records>` }));
  const execution = connection.execute({ operation: 'create', objectType: 'Account', properties: FAST as Json }, [
    ...accounts(20),
    ...bad,
  ]);
  const seen: (readonly [string, Status])[] = [];
  for await (const events of execution.batches()) {
    const told = events.filter((event) => event.type === 'result');
    for (const { inputs, status } of told) seen.push([String(inputs), status]);
    // The rows that succeeded are told; what the job says of the others is gone.
    if (told.length > 0) removeScratchSpace();
  }

  expect(seen).toHaveLength(40);
  expect(Object.fromEntries(seen)).toEqual({
    ...Object.fromEntries(accounts(20).map(({ id }) => [id, 'success'])),
    ...Object.fromEntries(bad.map(({ id }) => [id, 'unknown'])),
  });
  expect((await execution.summary).error).toBeUndefined();
});

/** Of this process. */
function removeScratchSpace(): void {
  const own = new RegExp(`^connector-runtime-\\w+-${process.pid}-`);
  for (const name of readdirSync(tmpdir()))
    if (own.test(name)) rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
}
