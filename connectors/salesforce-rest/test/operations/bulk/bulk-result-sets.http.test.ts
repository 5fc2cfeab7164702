import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Json, Status } from '@connector-runtime/core';
import { accounts, expectHonest, startWorld, stopWorlds } from '../../promise-world.js';
import { create, FAST, results } from './bulk-world.js';

afterEach(stopWorlds);

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
