import { FAST } from './operations/bulk/bulk-world.js';
import { POLLING } from './operations/bulk/csv-bulk-run.js';
import { FORMATS, recordIn } from './operations/collections/collections-writes.js';
import { PromiseWorld, run } from './promise-world.js';

let world: PromiseWorld;
beforeAll(async () => {
  world = await PromiseWorld.start();
});
afterAll(() => world.stop());

const APIS = {
  RESTAPI: {},
  COMPOSITEAPI: { operationApi: 'COMPOSITEAPI', batchCount: 10 },
  'BulkAPI2.0': FAST,
} as const;
const OPERATIONS = ['update', 'upsert', 'delete'] as const;
const BY_ID = { externalIdFieldName: 'Id' };
/** Changes the last letter of an id of 18 characters, which tells only the case of the others. */
const withWrongSum = (id: string) => `${id.slice(0, 17)}${id.endsWith('A') ? 'B' : 'A'}`;

/** New records, and their ids as they are sent; what tells which records were touched since. */
function oddIds() {
  const ids = [1, 2, 3, 4].map((number) => world.org.insert('Account', { Name: `Odd ${number}` }));
  const [long = '', short = '', cut = '', wrong = ''] = ids;
  const written = { long, short: short.slice(0, 15), cut: cut.slice(0, 17), wrong: withWrongSum(wrong) };
  const before = world.org.ledger.entries.length;
  const touched = () => new Set(world.org.ledger.entries.slice(before).map(({ id }) => id));
  return { written, right: new Set([long, short]), touched };
}

describe.each(Object.entries(APIS))('over %s', (api, properties) => {
  test.each(OPERATIONS.flatMap((operation) => FORMATS.map((payloadFormat) => [operation, payloadFormat] as const)))(
    'an id of an %s in %s is taken in its two forms, and refused alone in others',
    async (operation, payloadFormat) => {
      const { written, right, touched } = oddIds();
      // Over REST the key of an upsert stands beside the record.
      const isBeside = operation === 'upsert' && api === 'RESTAPI';
      const documents = Object.entries(written).map(([id, sent]) => ({
        id,
        body: recordIn(payloadFormat, { ...(isBeside ? {} : { Id: sent }), Name: 'New' }),
        properties: isBeside ? { externalIdValue: sent } : {},
      }));

      const { statuses, results } = await run(await world.connect(), operation, documents, {
        ...properties,
        ...(operation === 'upsert' && BY_ID),
        payloadFormat,
      });

      expect(statuses).toEqual({
        long: 'success',
        short: 'success',
        cut: 'applicationError',
        wrong: 'applicationError',
      });
      const malformed = {
        category: 'validation',
        code: 'SALESFORCE_MALFORMED_ID',
        effect: 'none',
        retryable: false,
        service: { code: 'MALFORMED_ID' },
      };
      for (const { error } of results) if (error !== undefined) expect(error).toMatchObject(malformed);
      expect(touched()).toEqual(right);
    },
  );
});

test.each([...OPERATIONS, 'hardDelete'] as const)(
  'an id in a CSV of an %s is taken in its two forms, and refused alone in others',
  async (bulkOperation) => {
    const { written, right, touched } = oddIds();
    const isDelete = /delete/i.test(bulkOperation);
    const rows = Object.values(written).map((id) => (isDelete ? id : `${id},New`));
    const properties = {
      ...POLLING,
      bulkOperation,
      object: 'Account',
      ...(bulkOperation === 'upsert' && BY_ID),
    };

    const { results } = await run(
      await world.connect(),
      'csvBulk',
      [{ body: `${isDelete ? 'Id' : 'Id,Name'}\n${rows.join('\n')}\n` }],
      properties,
    );

    expect(results[0]?.message).toContain('of 4 records 2 succeeded, 2 failed, 0 were not processed');
    expect(touched()).toEqual(right);
  },
);
