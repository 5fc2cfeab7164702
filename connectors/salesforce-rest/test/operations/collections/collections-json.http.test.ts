import { type RunningOrg, run, runOrg } from '../../running-org.js';
import { op, type Properties, sentTo, statuses, writtenIn } from './collections-writes.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

const sent = () => sentTo(world);
const written = () => writtenIn(world);
const names = () => written().map(({ fields }) => fields['Name']);

describe('collections in JSON', () => {
  const inJson = (operation: string, properties: Properties = {}, objectType = 'Account') =>
    op(operation, { payloadFormat: 'json', ...properties }, objectType);
  const records = (...texts: readonly string[]) => texts.map((body) => ({ body, mediaType: 'application/json' }));

  test('send each record as it is written, numbers with every digit', async () => {
    const body = '{"Name":"a","NumberOfEmployees":1.20e1,"Phone":null}';

    const { results } = await run(
      await world.connect(),
      inJson('create', { allOrNone: true }),
      records(body, '{"attributes":{"type":"Account"},"Name":"b"}'),
    );

    expect(statuses(results)).toEqual(['success', 'success']);
    expect(sent()[0]?.body).toBe(
      '{"allOrNone":true,"records":[{"attributes":{"type":"Account"},"Name":"a","NumberOfEmployees":1.20e1,"Phone":null},{"attributes":{"type":"Account"},"Name":"b"}]}',
    );
    expect(sent()[0]?.headers).toMatchObject({ accept: 'application/json' });
    expect(results.map(({ body: text, mediaType }) => [mediaType, JSON.parse(String(text))])).toEqual(
      written().map(({ id }) => ['application/json', { id, success: true, errors: [] }]),
    );
  });

  test('Q16: refuse a document that is no record alone', async () => {
    const { results } = await run(
      await world.connect(),
      inJson('create'),
      records('{"Name":"a"}', '[{"Name":"x"}]', '{"Name":"b"'),
    );

    expect(statuses(results)).toEqual(['success', 'applicationError', 'applicationError']);
    expect(names()).toEqual(['a']);
  });

  test.each(['[]', '["x"]', '[{"type":"Account"}]'])(
    'Q16: refuse a document with %s for attributes alone',
    async (list) => {
      const { results } = await run(
        await world.connect(),
        inJson('create'),
        records('{"Name":"a"}', `{"Name":"x","attributes":${list}}`, '{"Name":"b"}'),
      );

      expect(statuses(results)).toEqual(['success', 'applicationError', 'success']);
      expect(results[1]?.error).toMatchObject({
        code: 'DOCUMENT_NOT_JSON',
        effect: 'none',
        message: expect.stringContaining('attributes is a list at character 26'),
      });
      expect(names()).toEqual(['a', 'b']);
    },
  );

  test('Q15 (collections): give each its own result', async () => {
    const { results } = await run(
      await world.connect(),
      inJson('create'),
      records('{"Name":"a"}', '{}', '{"Name":"c"}'),
    );

    expect(results.map(({ code }) => code)).toEqual(['200', 'REQUIRED_FIELD_MISSING', '200']);
    expect(JSON.parse(String(results[1]?.body))).toMatchObject({
      success: false,
      errors: [{ statusCode: 'REQUIRED_FIELD_MISSING', fields: ['Name'] }],
    });
  });

  test('update, upsert and delete by what each record says', async () => {
    const id = world.org.insert('Account', { Name: 'a' });
    const connection = await world.connect();
    const key = { externalIdFieldName: 'External_Id__c' };

    const ran = [
      await run(connection, inJson('update'), records(`{"id":"${id}","Name":"b"}`)),
      await run(
        connection,
        inJson('upsert', key),
        records('{"External_Id__c":"k","Name":"c"}', '{"External_Id__c":"K","Name":"d"}'),
      ),
      await run(connection, inJson('delete'), records(`{"Id":"${id}"}`)),
    ];

    expect(ran.flatMap(({ results }) => statuses(results))).toEqual(['success', 'success', 'success', 'success']);
    expect(written().map(({ action, fields }) => [action, fields['Name']])).toEqual([
      ['update', 'b'],
      ['create', 'c'],
      ['update', 'd'],
      ['delete', undefined],
    ]);
  });

  test.each(['dropResult', 'repeatResult'] as const)(
    'make a create unknown whose answer was spoilt by %s',
    async (action) => {
      world.org.faults.add({ kind: 'createCollection', action });

      const { results } = await run(await world.connect(), inJson('create'), records('{"Name":"a"}', '{"Name":"b"}'));

      expect(statuses(results)).toEqual(['unknown', 'unknown']);
    },
  );
});
