import { bodies, type RunningOrg, run, runOrg } from '../running-org.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

test.each([
  ['update', { allOrNone: true }, 'allOrNone has no effect'],
  ['update', { allOrNone: true, operationApi: 'BulkAPI2.0', pollInitialMs: 10 }, 'allOrNone has no effect'],
  ['update', { allOrNone: true, operationApi: 'COMPOSITEAPI' }, undefined],
  ['delete', { hardDelete: true, operationApi: 'BulkAPI2.0', pollInitialMs: 10 }, undefined],
])('%s with %j warns where a property has no effect', async (operation, properties, warning) => {
  const [lead] = world.org.records('Lead');
  const body = `<records><Id>${lead?.Id}</Id>${operation === 'update' ? '<Company>c</Company>' : ''}</records>`;

  const { summary } = await run(await world.connect(), { operation, objectType: 'Lead', properties }, bodies(body));

  expect(summary.counts.success).toBe(1);
  expect(summary.warnings).toEqual(warning === undefined ? [] : [expect.stringContaining(warning)]);
});
