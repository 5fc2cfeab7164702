import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { op } from './rest-runs.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

describe('delete', () => {
  test('takes either form of document', async () => {
    const ids = [world.org.insert('Account', { Name: 'A' }), world.org.insert('Account', { Name: 'B' })];

    const { results } = await run(
      await world.connect(),
      op('delete'),
      bodies(`<records><Id>${ids[0]}</Id></records>`, `<DeleteProfileConfig><id>${ids[1]}</id></DeleteProfileConfig>`),
    );

    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ['success', '204'],
      ['success', '204'],
    ]);
    expect(world.org.record(ids[0] ?? '')).toMatchObject({ IsDeleted: true });
  });

  test('of what an attempt with a lost answer deleted is a success', async () => {
    const id = world.org.insert('Account', { Name: 'A' });
    world.org.faults.add({ kind: 'delete', action: 'lose' });

    const { results } = await run(await world.connect(), op('delete'), bodies(`<r><Id>${id}</Id></r>`));

    expect(results[0]).toMatchObject({
      status: 'success',
      message: 'success: deleted by an attempt whose answer was lost',
    });
  });

  test('of what was gone before is refused', async () => {
    const id = world.org.insert('Account', { Name: 'A' });
    const connection = await world.connect();
    await run(connection, op('delete'), bodies(`<r><Id>${id}</Id></r>`));

    const { results } = await run(connection, op('delete'), bodies(`<r><Id>${id}</Id></r>`, '<r><Id/></r>'));

    expect(results.map(({ status, error }) => [status, error?.code])).toEqual([
      ['applicationError', 'SALESFORCE_ENTITY_IS_DELETED'],
      ['applicationError', 'ID_MISSING'],
    ]);
  });
});
