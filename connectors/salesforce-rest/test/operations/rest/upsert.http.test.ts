import { type RunningOrg, run, runOrg } from '../../running-org.js';
import { op, sentTo, writesIn } from './rest-runs.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

describe('upsert', () => {
  const upsert = op('upsert', { externalIdFieldName: 'external_id__c' });
  const document = (name: string, externalIdValue?: string) => ({
    body: `<records><Name>${name}</Name></records>`,
    ...(externalIdValue === undefined ? {} : { properties: { externalIdValue } }),
  });

  test('creates, then updates, by the external id', async () => {
    const connection = await world.connect();

    const first = await run(connection, upsert, [document('A', 'k/1 ü')]);
    const second = await run(connection, upsert, [document('B', 'k/1 ü')]);

    expect(first.results[0]).toMatchObject({ status: 'success', code: '201' });
    expect(second.results[0]).toMatchObject({ status: 'success', code: '200' });
    expect(sentTo(world, 'upsert')[0]?.path).toBe(
      '/services/data/v64.0/sobjects/Account/External_Id__c/k%2F1%20%C3%BC',
    );
    expect(writesIn(world)).toEqual([
      ['create', 'A'],
      ['update', 'B'],
    ]);
  });

  test('without a value is a plain create, or a POST by Id', async () => {
    const connection = await world.connect();

    await run(connection, upsert, [document('A')]);
    await run(connection, op('upsert', { externalIdFieldName: 'Id' }), [document('B')]);

    expect(
      world.org.requests.entries
        .filter(({ method, path }) => method === 'POST' && path.includes('/sobjects/'))
        .map(({ path }) => path),
    ).toEqual(['/services/data/v64.0/sobjects/Account', '/services/data/v64.0/sobjects/Account/Id']);
  });

  test('by a unique field goes again after a lost answer, and applies once', async () => {
    world.org.faults.add({ kind: 'upsert', action: 'lose' });

    const { results } = await run(await world.connect(), upsert, [document('A', 'k')]);

    expect(results[0]?.status).toBe('success');
    expect(world.org.records('Account').filter((account) => account['External_Id__c'] === 'k')).toHaveLength(1);
  });

  test('by a field that is not unique is unknown after a lost answer', async () => {
    world.org.faults.add({ kind: 'upsert', action: 'lose' });

    const { results } = await run(await world.connect(), op('upsert', { externalIdFieldName: 'Email' }, 'Contact'), [
      { body: '<r><LastName>x</LastName></r>', properties: { externalIdValue: 'x@example.org' } },
    ]);

    expect(results[0]?.status).toBe('unknown');
  });

  test.each([
    ['External_Idd__c', 'FIELD_UNKNOWN', 'did you mean External_Id__c?'],
    ['Phone', 'FIELD_UNKNOWN', 'is no external id of Account'],
  ])('by the field %s is refused before any write', async (externalIdFieldName, code, text) => {
    const { summary } = await run(await world.connect(), op('upsert', { externalIdFieldName }), [document('A', 'k')]);

    expect(summary.error).toMatchObject({ category: 'config', code, path: '/externalIdFieldName' });
    expect(summary.error?.message).toContain(text);
    expect(world.org.ledger.entries).toHaveLength(0);
  });

  test.each(['.', '..'])('refuses the value %s', async (value) => {
    const { results } = await run(await world.connect(), upsert, [document('A', value)]);

    expect(results[0]).toMatchObject({ status: 'applicationError', error: { code: 'PATH_SEGMENT_INVALID' } });
  });

  test('that several records match is a conflict that lists them', async () => {
    const body = '["/services/data/v64.0/sobjects/Account/001a","/services/data/v64.0/sobjects/Account/001b"]';
    world.org.faults.add({ kind: 'upsert', action: 'answer', status: 300, contentType: 'application/json', body });

    const { results } = await run(await world.connect(), upsert, [document('A', 'k')]);

    expect(results[0]).toMatchObject({
      status: 'applicationError',
      error: { category: 'conflict', code: 'EXTERNAL_ID_AMBIGUOUS' },
    });
  });
});
