import type { Json } from '@connector-runtime/core';
import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { FAST } from './bulk-world.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg({ accounts: 1 });
});
afterEach(() => world.stop());

const START = "SELECT Id FROM Account WHERE Name = '";

describe.each<[string, (value: string) => { readonly own: object; readonly body: string }]>([
  ['query', (value) => ({ own: { fields: ['Id'], filter: { field: 'Name', operator: 'EQUALS', value } }, body: '' })],
  ['customSoql', (value) => ({ own: {}, body: `${START}${value}'` })],
])('a statement of a %s over Bulk API 2.0', (operation, statementWith) => {
  async function runOf(length: number) {
    const { own, body } = statementWith('é'.repeat(length - START.length - 1));
    const properties = { ...FAST, ...own } as Json;
    return run(await world.connect(), { operation, objectType: 'Account', properties }, bodies(body));
  }
  const sent = () => world.org.requests.entries.find(({ kind }) => kind === 'jobCreate')?.body ?? '{}';

  test('may have 100,000 characters, whatever bytes they are', async () => {
    const { results } = await runOf(100_000);

    expect(results.map(({ status }) => status)).toEqual(['success']);
    expect((JSON.parse(sent()) as { query: string }).query).toHaveLength(100_000);
  });

  test('that has one more is refused before there is a job, and the way out is said', async () => {
    const { results } = await runOf(100_001);

    expect(results).toMatchObject([
      { status: 'applicationError', error: { category: 'tooLarge', code: 'SOQL_TOO_LONG', effect: 'none' } },
    ]);
    expect(results[0]?.message).toMatch(
      /100001 characters; 100000 are possible: select fewer fields or shorten the fil/,
    );
    expect(world.org.requests.count('jobCreate')).toBe(0);
  });
});
