import type { Json } from '@connector-runtime/core';
import { PassingClock } from '../../passing-clock.js';
import { run, startWorld, stopWorlds } from '../../promise-world.js';
import { expectNothingOpen, FAST } from './bulk-world.js';

afterEach(stopWorlds);

test.each<[string, string, object, string]>([
  ['create', 'create', FAST, '<records><Name>a</Name></records>'],
  [
    'csvBulk',
    'csvBulk',
    { pollInitialMs: 10, pollMaxMs: 20, bulkOperation: 'insert', object: 'Invoice__c' },
    'Name\na\n',
  ],
])(
  '%s, cancelled while the job of a refused upload is cleaned up, leaves none open',
  async (_what, operation, properties, body) => {
    const world = await startWorld({}, { clock: new PassingClock(() => 0.5) });
    const { org } = world;
    const connection = await world.connect();
    org.faults.add({
      kind: 'jobUpload',
      action: 'answer',
      status: 400,
      contentType: 'application/json',
      body: '[{"errorCode":"INVALIDBATCH","message":"no"}]',
    });
    const abort = org.faults.add({ kind: 'jobChange', action: 'hold' });
    const controller = new AbortController();
    const running = run(
      connection,
      operation,
      [{ body }],
      properties as Json,
      { signal: controller.signal },
      'Invoice__c',
    );
    await abort.holding();

    controller.abort();
    abort.release();
    const outcome = await running;

    expectNothingOpen({ org, outcome });
    expect(org.bulk.jobs).toMatchObject([{ isDeleted: true }]);
    expect(org.ledger.counts.create).toBe(0);
  },
);
