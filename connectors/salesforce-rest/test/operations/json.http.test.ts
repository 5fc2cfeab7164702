import { bodies, type RunningOrg, run, runOrg } from '../running-org.js';

const ACCOUNTS = 20;
const JSON_FORM = { payloadFormat: 'json' };

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg({ accounts: ACCOUNTS, pageSize: 7, childPageSize: 3 });
});
afterEach(() => world.stop());

const op = (operation: string, properties: Record<string, unknown> = {}) =>
  ({ operation, objectType: 'Account', properties: { ...JSON_FORM, ...properties } as never }) as const;
const json = (...texts: readonly string[]) => bodies(...texts);
const sent = (kind: string) => world.org.requests.entries.filter((request) => request.kind === kind);
const anId = () => String(world.org.records('Account')[0]?.['Id']);
const fieldsOf = (name: string) => world.org.records('Account').find(({ Name }) => Name === name);

describe('with documents in JSON', () => {
  test('a query gives each record as the service wrote it, with all of its child records', async () => {
    const fields = ['Id', 'Name', 'AnnualRevenue', 'Phone', 'Contacts/records/LastName'];

    const { outputs, results } = await run(await world.connect(), op('query', { fields }));
    const records = outputs.map(({ body }) => JSON.parse(String(body)) as Record<string, unknown>);

    expect(results[0]).toMatchObject({ status: 'success', code: '200' });
    expect(new Set(records.map(({ Id }) => Id))).toEqual(new Set(world.org.records('Account').map(({ Id }) => Id)));
    expect(records).toHaveLength(ACCOUNTS);
    const contacts = world.org.records('Contact');
    for (const { Id, Contacts } of records) {
      const expected = contacts.filter(({ AccountId }) => AccountId === Id).map(({ LastName }) => String(LastName));
      const list = Contacts as { records: { LastName: string }[] } | null;
      expect((list?.records ?? []).map(({ LastName }) => LastName).toSorted()).toEqual(expected.toSorted());
      if (list !== null) expect(list).toMatchObject({ done: true, totalSize: expected.length });
      expect(list ?? {}).not.toHaveProperty('nextRecordsUrl');
    }
    expect(contacts.length).toBeGreaterThan(ACCOUNTS);
    expect(outputs.every(({ mediaType }) => mediaType === 'application/json')).toBe(true);
    expect(sent('query').every(({ headers }) => headers['accept'] === 'application/json')).toBe(true);
  });

  test('a create sends the text as it is and gives the answer of the service', async () => {
    const body = ' { "attributes" : {"type":"Account"}, "Name":"J \\u00e9", "AnnualRevenue": 1.10, "Phone": null }\n';

    const { results } = await run(await world.connect(), op('create', { assignmentRuleId: 'FALSE' }), json(body));

    expect(results[0]).toMatchObject({ status: 'success', code: '201', mediaType: 'application/json' });
    expect(JSON.parse(String(results[0]?.body))).toEqual({ id: fieldsOf('J é')?.Id, success: true, errors: [] });
    expect(sent('create')[0]).toMatchObject({
      body,
      headers: {
        accept: 'application/json',
        'content-type': 'application/json; charset=UTF-8',
        'sforce-auto-assign': 'FALSE',
      },
    });
  });

  test.each([
    ['malformed', '{"Name":"x"', 'DOCUMENT_NOT_JSON'],
    ['empty', '', 'DOCUMENT_NOT_JSON'],
    ['a list', '[{"Name":"x"}]', 'DOCUMENT_NOT_JSON'],
    ['not UTF-8', Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'DOCUMENT_NOT_JSON'],
    ['with two byte order marks', Buffer.from('\ufeff\ufeff{"Name":"x"}'), 'DOCUMENT_NOT_JSON'],
    ['with a name twice', '{"Name":"x","Name":"y"}', 'FIELD_REPEATED'],
    ['with half of a surrogate pair', '{"Name":"\\ud800"}', 'DOCUMENT_NOT_JSON'],
    ['XML, and says so', '<records/>', 'MEDIA_TYPE_UNSUPPORTED'],
    ['XML, and does not say so', '<records/>', 'DOCUMENT_NOT_JSON'],
  ])('a document that is %s is refused, alone and unsent', async (what, body, code) => {
    const mediaType = what.endsWith('and says so') ? { mediaType: 'application/xml' } : {};

    const { results } = await run(await world.connect(), op('create'), [
      { body: '{"Name":"a"}' },
      { body, ...mediaType },
      { body: '{"Name":"b"}' },
    ]);
    const byId = results.toSorted((a, b) => Number(a.inputs[0]) - Number(b.inputs[0]));

    expect(byId.filter(({ status }) => status === 'success')).toHaveLength(2);
    expect(results.find(({ status }) => status === 'applicationError')?.error?.code).toBe(code);
    expect(sent('create')).toHaveLength(2);
  });

  test.each([
    ['in bytes', Buffer.from('\ufeff{"Name":"marked"}')],
    ['in a text', '\ufeff{"Name":"marked"}'],
  ])('a byte order mark %s is not sent', async (_where, body) => {
    const { results } = await run(await world.connect(), op('create'), [{ body }]);

    expect(results[0]?.status).toBe('success');
    expect(sent('create')[0]?.body).toBe('{"Name":"marked"}');
  });

  test('a document in XML is refused where the form is json, and one in JSON where it is xml', async () => {
    const connection = await world.connect();
    const inXml = await run(connection, { operation: 'create', objectType: 'Account', properties: {} }, [
      { body: { Name: 'an object' } },
    ]);

    expect(inXml.results[0]?.error).toMatchObject({
      code: 'MEDIA_TYPE_UNSUPPORTED',
      message:
        'media type application/json is not accepted; create takes application/xml; with payloadFormat "json" it takes it',
    });
  });

  test('a refusal is a result in JSON, with every error', async () => {
    const { results } = await run(
      await world.connect(),
      op('create'),
      json('{"Name":null}', `{"Name":"${'x'.repeat(300)}"}`),
    );

    expect(results.map(({ status }) => status)).toEqual(['applicationError', 'applicationError']);
    expect(JSON.parse(String(results[0]?.body))).toMatchObject({
      success: false,
      errors: [{ statusCode: 'REQUIRED_FIELD_MISSING', fields: ['Name'] }],
    });
    expect(JSON.parse(String(results[1]?.body))).toMatchObject({
      success: false,
      errors: [{ statusCode: 'STRING_TOO_LONG', fields: ['Name'] }],
    });
  });

  test('an update takes the id out of the text and leaves the rest as it is', async () => {
    const id = anId();

    const { results } = await run(
      await world.connect(),
      op('update'),
      json(`{"Phone":"1", "Id":"${id}","AnnualRevenue":2.50}`, '{"Phone":"2"}', '{"Id":"","Phone":"3"}'),
    );

    expect(results.map(({ status, code, error }) => error?.code ?? [status, code])).toEqual([
      ['success', '204'],
      'ID_MISSING',
      'ID_MISSING',
    ]);
    expect(JSON.parse(String(results[0]?.body))).toEqual({ id, success: true, errors: [] });
    expect(sent('update')[0]?.body).toBe('{"Phone":"1", "AnnualRevenue":2.50}');
  });

  test('an update with read-back gives the record as it is afterwards', async () => {
    const id = anId();

    const { results } = await run(
      await world.connect(),
      op('update', { returnUpdatedRecord: true }),
      json(`{"Id":"${id}","Phone":"42"}`, '{"Id":"001000000000000AAA","Phone":"42"}'),
    );

    expect(results[0]).toMatchObject({ status: 'success', code: '201', mediaType: 'application/json' });
    expect(JSON.parse(String(results[0]?.body))).toMatchObject({
      attributes: { type: 'Account' },
      Id: id,
      Phone: '42',
    });
    expect(JSON.parse(String(results[1]?.body))).toMatchObject({
      id: '001000000000000AAA',
      success: false,
      errors: [{ statusCode: 'NOT_FOUND' }],
    });
  });

  test('an upsert and a delete do what they do in XML', async () => {
    const connection = await world.connect();
    const id = anId();
    const upserts = await run(connection, op('upsert', { externalIdFieldName: 'Id' }), [
      { body: '{"Name":"Up"}', properties: { externalIdValue: id } },
      { body: '{"Name":"New"}' },
    ]);
    const deletes = await run(connection, op('delete'), json(`{"Id":"${id}"}`, `{"id":"${id}"}`));

    expect(upserts.results.map(({ status, code }) => [status, code])).toEqual([
      ['success', '200'],
      ['success', '201'],
    ]);
    expect(JSON.parse(String(upserts.results[0]?.body))).toMatchObject({ id, success: true, created: false });
    expect(deletes.results.map(({ status, code, error }) => error?.service?.code ?? [status, code])).toEqual([
      ['success', '204'],
      expect.stringMatching(/NOT_FOUND|ENTITY_IS_DELETED/),
    ]);
    expect(JSON.parse(String(deletes.results[0]?.body))).toEqual({ id, success: true, errors: [] });
  });

  test('null, empty and absent are three things', async () => {
    const id = anId();
    const body = `{"Id":"${id}","Phone":null,"Site":""}`;
    await run(await world.connect(), op('update'), json(body));

    const entry = world.org.ledger.entries.at(-1);

    expect(entry?.given).toEqual({ Phone: null, Site: '' });
  });

  test('a number keeps its text on the way to the service', async () => {
    const numbers = ['1.10', '9007199254740993', '1E2', '-0.0'];
    const documents = json(...numbers.map((number) => `{"Name":"n","AnnualRevenue":${number}}`));

    await run(await world.connect(), op('create'), documents);

    const numbersSent = sent('create').map(({ body }) => /"AnnualRevenue":([^}]+)}/.exec(String(body))?.[1]);

    expect(new Set(numbersSent)).toEqual(new Set(numbers));
  });
});
