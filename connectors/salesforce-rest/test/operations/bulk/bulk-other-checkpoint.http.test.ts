import type { Json } from '@connector-runtime/core';
import type { DocumentInput, ExecutionRequest } from '@connector-runtime/runtime';
import { type RunningOrg, run, runOrg } from '../../running-org.js';
import { FAST } from './bulk-world.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

const { operationApi, ...POLLS } = FAST;
const write = (operation: string, objectType: string, properties: object = {}): ExecutionRequest => ({
  operation,
  objectType,
  properties: { operationApi, ...POLLS, ...properties } as Json,
});
const csv = (bulkOperation: string, object: string): ExecutionRequest => ({
  operation: 'csvBulk',
  properties: { ...POLLS, bulkOperation, object },
});

const contact = { body: '<records><LastName>L</LastName></records>' };
const contactId = () => world.org.insert('Contact', { LastName: 'L' });

test.each<[string, ExecutionRequest, ExecutionRequest, () => DocumentInput]>([
  ['of another object type', write('create', 'Contact'), write('create', 'Lead'), () => contact],
  [
    'that only deletes',
    write('delete', 'Contact'),
    write('delete', 'Contact', { hardDelete: true }),
    () => ({ body: `<records><Id>${contactId()}</Id></records>` }),
  ],
  [
    'of another object, of CSV Bulk',
    csv('insert', 'Contact'),
    csv('insert', 'Lead'),
    () => ({ body: 'LastName\nL\n', mediaType: 'text/csv' }),
  ],
  [
    'of another operation, of CSV Bulk',
    csv('delete', 'Contact'),
    csv('update', 'Contact'),
    () => ({ body: `Id\n${contactId()}\n`, mediaType: 'text/csv' }),
  ],
])('a checkpoint %s is refused, and its job goes on', async (_what, own, other, documentOf) => {
  const document = documentOf();
  const connection = await world.connect();
  const held = world.org.faults.add({ kind: 'jobStatus', action: 'hold' });
  const first = connection.execute(own, [document]);
  let checkpoint: Json | undefined;
  const ended = (async () => {
    for await (const event of first) if (event.type === 'checkpoint') checkpoint = event.state as Json;
  })();
  await held.reached();

  const resumed = await run(connection, other, [document], { resumeFrom: checkpoint as Json });
  const changes = world.org.requests.entries.filter(({ kind }) => kind === 'jobChange' || kind === 'jobDelete');
  held.release();
  await ended;

  const [result] = resumed.results;
  expect(result).toMatchObject({
    status: 'unknown',
    error: { category: 'config', code: 'CHECKPOINT_UNSUITABLE', effect: 'unknown' },
    receipt: { jobId: world.org.bulk.jobs[0]?.id },
  });
  expect(resumed.summary.error?.code).toBe('CHECKPOINT_UNSUITABLE');
  expect(changes).toHaveLength(1);
  expect(world.org.bulk.jobs).toHaveLength(1);
  expect((await first.summary).counts.success).toBe(1);
});
