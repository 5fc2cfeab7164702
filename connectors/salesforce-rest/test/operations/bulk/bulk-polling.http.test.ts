import type { Json } from '@connector-runtime/core';
import { run, startWorld, stopWorlds } from '../../promise-world.js';
import { HastyClock } from './hasty-clock.js';

afterEach(stopWorlds);

const DOCUMENTS = { create: [{ body: '<records><Name>a</Name></records>' }], query: [{ body: '' }] };

describe.each(['create', 'query'] as const)('the pauses between polls of a %s', (operation) => {
  test.each<[string, number, object, readonly number[]]>([
    ['grow by half', 1, {}, [1500, 2250, 3375, 5063, 7594, 11_391, 17_086, 25_629, 38_443, 57_665, 60_000, 60_000]],
    ['are shorter by chance, up to a quarter', 0, {}, [1125, 1688, 2531, 3797, 5695, 8543, 12_814]],
    ['are shorter by chance, half of that', 0.5, {}, [1313, 1969, 2953, 4430, 6645, 9967]],
    ['are as long as pollMaxMs allows', 1, { pollInitialMs: 1_000, pollMaxMs: 3_000 }, [1000, 1500, 2250, 3000, 3000]],
    ['never begin above pollMaxMs', 0, { pollInitialMs: 8_000, pollMaxMs: 400 }, [300, 300, 300]],
  ])('%s (chance: %d)', async (_how, chance, properties, pausesMs) => {
    const clock = new HastyClock(() => chance);
    const world = await startWorld({ accounts: 1 }, { clock });
    world.org.bulk.plan = { polls: pausesMs.length - 1 };
    const connection = await world.connect();
    await connection.test();
    clock.pausesMs.length = 0;

    const own = { operationApi: 'BulkAPI2.0', ...properties, ...(operation === 'query' && { fields: ['Id'] }) };
    const { summary } = await run(connection, operation, DOCUMENTS[operation], own as Json);

    expect(summary.counts.success).toBe(1);
    expect(clock.pausesMs).toEqual(pausesMs);
  });
});
