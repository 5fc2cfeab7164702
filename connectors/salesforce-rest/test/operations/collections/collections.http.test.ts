import type { Json, ResultEvent } from '@connector-runtime/core';
import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

type Properties = Readonly<Record<string, Json>>;
const op = (operation: string, properties: Properties = {}, objectType = 'Account') => ({
  operation,
  objectType,
  properties: { operationApi: 'COMPOSITEAPI', ...properties },
});
const KINDS = ['createCollection', 'updateCollection', 'upsertCollection', 'deleteCollection'];
const sent = () => world.org.requests.entries.filter(({ kind }) => KINDS.includes(kind));
/** What requests wrote; what a test put in itself is not counted. */
const written = () => world.org.ledger.entries.filter(({ request }) => request > 0);
const names = () => written().map(({ fields }) => fields['Name']);
const account = (name: string) => `<records type="Account"><Name>${name}</Name></records>`;
const accounts = (count: number) => Array.from({ length: count }, (_, index) => account(`n${index + 1}`));
const invoice = (key: string, amount: number) =>
  `<records><External_Id__c>${key}</External_Id__c><Amount__c>${amount}</Amount__c></records>`;
const statuses = (results: readonly ResultEvent[]) => results.map(({ status }) => status);
const perRequest = () => sent().map(({ body }) => (body ?? '').split('<records ').length - 1);

describe('collections', () => {
  test.each<[string, Properties, readonly number[]]>([
    ['COMPOSITEAPI', {}, [200, 50]],
    ['COMPOSITEAPI', { batchCount: 100 }, [100, 100, 50]],
    ['COMPOSITEAPI', { batchCount: 1 }, Array.from({ length: 250 }, () => 1)],
    ['RESTAPI', { batchCount: 200 }, [200, 50]],
  ])('%s with %j sends requests of %j', async (operationApi, properties, sizes) => {
    const { summary } = await run(
      await world.connect({ concurrent: 1 }),
      op('create', { operationApi, ...properties }),
      bodies(...accounts(250)),
    );

    expect(summary.counts.success).toBe(250);
    expect(perRequest()).toEqual(sizes);
    expect(names()).toEqual(accounts(250).map((_, index) => `n${index + 1}`));
  });

  test('RESTAPI without a batch count, or with 1, sends one document a request to the record itself', async () => {
    const connection = await world.connect();

    await run(connection, op('create', { operationApi: 'RESTAPI' }), bodies(...accounts(2)));
    await run(connection, op('create', { operationApi: 'RESTAPI', batchCount: 1 }), bodies(...accounts(2)));

    expect(world.org.requests.count('create')).toBe(4);
    expect(sent()).toEqual([]);
  });

  test('Q15 (collections): each input has its own result, refused ones between the others', async () => {
    const documents = bodies(account('a'), '<records><Phone>1</Phone></records>', account('c'));

    const { results } = await run(await world.connect(), op('create'), documents);

    const [first, , third] = written();
    expect(results.map(({ inputs, status, code }) => [inputs.length, status, code])).toEqual([
      [1, 'success', '200'],
      [1, 'applicationError', 'REQUIRED_FIELD_MISSING'],
      [1, 'success', '200'],
    ]);
    expect(String(results[0]?.body)).toContain(`<id>${first?.id}</id>`);
    expect(third).toBeUndefined();
    expect(String(results[2]?.body)).toContain(`<id>${written()[1]?.id}</id>`);
    expect(results[0]).toMatchObject({ message: 'success', mediaType: 'application/xml' });
    expect(results[1]).toMatchObject({
      message: 'REQUIRED_FIELD_MISSING: Required fields are missing: [Name]',
      error: { category: 'validation', effect: 'none', path: 'Name' },
    });
  });

  test('Q15 (collections): a permuted answer to an update is told by its ids', async () => {
    const ids = ['a', 'b', 'c'].map((Name) => world.org.insert('Account', { Name }));
    world.org.faults.add({ kind: 'updateCollection', action: 'permuteResults' });
    const documents = ids.map((id) => `<records><Id>${id.slice(0, 15)}</Id><Phone>1</Phone></records>`);

    const { results } = await run(await world.connect(), op('update'), bodies(...documents));

    expect(statuses(results)).toEqual(['success', 'success', 'success']);
    expect(results.map(({ body }) => /<id>(\w+)/.exec(String(body))?.[1])).toEqual(ids);
  });

  test('Q33: attributes of the result are kept', async () => {
    const { results } = await run(await world.connect(), op('create'), bodies('<records/>'));

    expect(results[0]?.body).toBe(
      '<result xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><errors><fields>Name</fields><message>Required fields are missing: [Name]</message><statusCode>REQUIRED_FIELD_MISSING</statusCode></errors><id xsi:nil="true"/><success>false</success></result>',
    );
  });

  test('Q14: an upsert without the field that tells records apart is refused up front', async () => {
    const { results, summary } = await run(await world.connect(), op('upsert'), bodies('<r/>', '<r/>'));

    expect(summary.error).toMatchObject({ category: 'config', code: 'PROPERTY_MISSING', path: '/externalIdFieldName' });
    expect(results.some(({ status }) => status === 'success')).toBe(false);
    expect(world.org.requests.counts()).toEqual({ login: 1 });
  });

  test.each([
    ['not well-formed', '<records><Name>x</records>', 'DOCUMENT_NOT_XML'],
    ['empty', '', 'DOCUMENT_NOT_XML'],
    ['with a DOCTYPE', '<!DOCTYPE r [<!ENTITY e "x">]><r><Name>&e;</Name></r>', 'DOCUMENT_NOT_XML'],
    ['two elements', '<records/><records/>', 'DOCUMENT_NOT_XML'],
    ['that would end the record early', '<records></records></result><result>', 'DOCUMENT_NOT_XML'],
  ])('Q16: a document that is %s is refused alone, and the rest goes on', async (_what, body, code) => {
    const { results } = await run(await world.connect(), op('create'), bodies(account('a'), body, account('b')));

    expect(statuses(results)).toEqual(['success', 'applicationError', 'success']);
    expect(results[1]?.error).toMatchObject({ code, category: 'validation', effect: 'none' });
    expect(perRequest()).toEqual([2]);
  });

  test('Q16: under all or none too, for a document that cannot be sent is in no request', async () => {
    const { results } = await run(
      await world.connect(),
      op('create', { allOrNone: true }),
      bodies(account('a'), '<records>', account('b')),
    );

    expect(statuses(results)).toEqual(['success', 'applicationError', 'success']);
    expect(perRequest()).toEqual([2]);
  });

  test('a document whose body the host cannot read takes no other along', async () => {
    const unreadable = new ReadableStream({ pull: (stream) => stream.error(new Error('the disk is gone')) });

    const { results } = await run(await world.connect(), op('create'), [
      { body: account('a') },
      { body: unreadable },
      { body: account('b') },
    ]);

    expect(statuses(results)).toEqual(['success', 'failure', 'success']);
    expect(results[1]?.error).toMatchObject({ effect: 'none', message: expect.stringContaining('the disk is gone') });
    expect(names()).toEqual(['a', 'b']);
  });

  test('a character reference may have zeros before its number, in the key of an upsert too', async () => {
    const record = (key: string, name: string) =>
      `<records><External_Id__c>${key}</External_Id__c><Name>${name}</Name></records>`;

    const { results } = await run(
      await world.connect(),
      op('upsert', { externalIdFieldName: 'External_Id__c' }),
      bodies(
        record('K1', 'a'),
        record('K&#00000000000065;', 'b'),
        record('K&#x0000000000042;', 'c'),
        record('KA', 'd'),
      ),
    );

    expect(statuses(results)).toEqual(['success', 'success', 'success', 'success']);
    expect(written().map(({ action, key }) => [action, key])).toEqual([
      ['create', 'External_Id__c=K1'],
      ['create', 'External_Id__c=KA'],
      ['create', 'External_Id__c=KB'],
      ['update', 'External_Id__c=KA'],
    ]);
  });

  test('Q19 (collections): requests are split where headers differ, and only there', async () => {
    const documents = ['a', 'b', 'c', 'd', 'e'].map((name, index) => ({
      body: account(name),
      properties: { assignmentRuleId: index < 2 || index > 3 ? 'TRUE' : 'FALSE' },
    }));

    const { summary } = await run(await world.connect({ concurrent: 1 }), op('create'), documents);

    expect(summary.counts.success).toBe(5);
    expect(sent().map(({ headers }) => headers['sforce-auto-assign'])).toEqual(['TRUE', 'FALSE', 'TRUE']);
    expect(perRequest()).toEqual([2, 2, 1]);
  });

  test('an external id value of each document, which collections do not use, splits nothing', async () => {
    const documents = ['a', 'b'].map((key) => ({ body: invoice(key, 1), properties: { externalIdValue: key } }));
    const properties = { externalIdFieldName: 'External_Id__c' };

    await run(await world.connect(), op('upsert', properties, 'Invoice__c'), documents);

    expect(perRequest()).toEqual([2]);
  });

  test.each([
    ['External_Id__c', ['K', 'b', ' k '], [2, 1]],
    ['External_Id__c', ['a', 'b', 'c'], [3]],
    ['Legacy_Number__c', ['7', '8', '7.0'], [2, 1]],
  ])(
    'an upsert by %s with the values %j sends requests of %j, and the last of one record wins',
    async (field, keys, sizes) => {
      const documents = keys.map((key, index) => `<r><${field}>${key}</${field}><Amount__c>${index}</Amount__c></r>`);

      const { results } = await run(
        await world.connect(),
        op('upsert', { externalIdFieldName: field.toLowerCase() }, 'Invoice__c'),
        bodies(...documents),
      );

      expect(statuses(results)).toEqual(['success', 'success', 'success']);
      expect(perRequest()).toEqual(sizes);
      expect(written().at(-1)?.fields['Amount__c']).toBe(2);
    },
  );

  test('one record twice in an update or delete goes in two requests, the second after the first', async () => {
    const id = world.org.insert('Account', { Name: 'a' });
    const update = (phone: number, of = id) => `<records><Id>${of}</Id><Phone>${phone}</Phone></records>`;
    const connection = await world.connect();
    const held = world.org.faults.add({ kind: 'updateCollection', action: 'hold' });

    const updates = run(connection, op('update'), bodies(update(1), update(2, id.slice(0, 15))));
    await held.reached();
    const before = sent().length;
    held.release();
    const updated = await updates;
    const deleted = await run(connection, op('delete'), bodies(update(0), update(0)));

    expect(before).toBe(1);
    expect(statuses(updated.results)).toEqual(['success', 'success']);
    expect(world.org.record(id)?.['Phone']).toBe('2');
    expect(statuses(deleted.results)).toEqual(['success', 'applicationError']);
    expect(deleted.results[1]?.code).toBe('ENTITY_IS_DELETED');
  });

  test.each([
    ['xml', (id: string) => `<result><id>${id}</id><success>true</success></result>`],
    ['json', (id: string) => `{"id":"${id}","success":true,"errors":[]}`],
  ])('what a delete with a lost answer deleted is a success in its body too, in %s', async (payloadFormat, body) => {
    const id = world.org.insert('Account', { Name: 'a' });
    world.org.faults.add({ kind: 'deleteCollection', action: 'lose' });
    const document = payloadFormat === 'xml' ? `<r><Id>${id}</Id></r>` : `{"Id":"${id}"}`;

    const { results } = await run(await world.connect(), op('delete', { payloadFormat }), bodies(document));

    expect(results[0]).toMatchObject({
      status: 'success',
      message: 'success: deleted by an attempt whose answer was lost',
      body: body(id),
    });
  });

  test('a document of another type travels by itself, and its type is kept', async () => {
    const lead = '<records type="Contact"><LastName>l</LastName></records>';
    const unknown = '<records type="Nope__c"><LastName>l</LastName></records>';

    const { results } = await run(
      await world.connect(),
      op('create'),
      bodies(account('a'), lead, unknown, account('b')),
    );

    expect(statuses(results)).toEqual(['success', 'success', 'applicationError', 'success']);
    expect(results[2]?.code).toBe('INVALID_TYPE');
    expect(written().map(({ objectType }) => objectType)).toEqual(['Account', 'Contact', 'Account']);
  });

  test('an upsert refuses a document of another type itself', async () => {
    const { results } = await run(
      await world.connect(),
      op('upsert', { externalIdFieldName: 'External_Id__c' }, 'Invoice__c'),
      bodies(invoice('a', 1), '<records type="Account"><External_Id__c>b</External_Id__c></records>'),
    );

    expect(statuses(results)).toEqual(['success', 'applicationError']);
    expect(results[1]?.error).toMatchObject({ code: 'OBJECT_TYPE_DIFFERS' });
  });

  test('a value that the service cannot read refuses the whole request, and says so to each document', async () => {
    const odd = '<records><Name>x</Name><NumberOfEmployees>many</NumberOfEmployees></records>';

    const { results } = await run(await world.connect(), op('create'), bodies(account('a'), odd));

    expect(statuses(results)).toEqual(['applicationError', 'applicationError']);
    expect(results[0]).toMatchObject({
      code: 'XML_PARSER_ERROR',
      message: expect.stringContaining('nothing of it was applied'),
    });
    expect(written()).toEqual([]);
  });

  describe.each([
    ['xml', [account('a'), '<records><Name>x</Name><Last_Audit__c>2024-02-30</Last_Audit__c></records>']],
    ['json', ['{"Name":"a"}', '{"Name":"x","Last_Audit__c":"2024-02-30"}']],
  ])('a date that is none, in %s', (payloadFormat, documents) => {
    const create = async (properties: Properties) => {
      const { results } = await run(
        await world.connect(),
        op('create', { payloadFormat, ...properties }),
        bodies(...documents),
      );
      return results;
    };

    test.each([
      [{}, true],
      [{ allOrNone: true }, false],
    ])('is laid to no document of its request, with %j', async (properties, isAdvised) => {
      const results = await create(properties);

      for (const { error, body, message } of results) {
        expect(error).not.toHaveProperty('path');
        expect(String(body)).not.toMatch(/<fields>|"fields":\["/);
        expect(message).toContain('one of them may be the reason');
        expect(message?.includes('batchCount 1')).toBe(isAdvised);
      }
      expect(statuses(results)).toEqual(['applicationError', 'applicationError']);
      expect(written()).toEqual([]);
    });

    test('is that of its document where that goes alone', async () => {
      const results = await create({ batchCount: 1 });

      expect(statuses(results)).toEqual(['success', 'applicationError']);
      expect(results[1]?.message).not.toContain('as a whole');
    });
  });

  test.each([
    ['XML', 'xml', (id: string) => `<records><Id>${id}</Id></records>`],
    ['JSON', 'json', (id: string) => `{"Id":"${id}"}`],
  ])('a delete refuses the id of another type in %s, and deletes the others', async (_form, payloadFormat, body) => {
    const [account, contact] = [
      world.org.insert('Account', { Name: 'a' }),
      world.org.insert('Contact', { LastName: 'c' }),
    ];
    const connection = await world.connect();

    const { results } = await run(
      connection,
      op('delete', { payloadFormat }),
      bodies(body(contact), body(account), body(contact.slice(0, 15))),
    );
    const alone = await run(connection, op('delete', { payloadFormat }), bodies(body(contact)));

    expect([...results, ...alone.results].map(({ error }) => error?.code)).toEqual([
      'OBJECT_TYPE_DIFFERS',
      undefined,
      'OBJECT_TYPE_DIFFERS',
      'OBJECT_TYPE_DIFFERS',
    ]);
    expect(results[0]?.message).toBe(`the Id ${contact} is of another object type: those of Account begin with 001`);
    expect(written().map(({ action, id }) => [action, id])).toEqual([['delete', account]]);
    expect(sent()).toHaveLength(1);
  });

  test.each([
    ['without an id', '<records><Name>x</Name></records>', 'ID_MISSING'],
    ['with an empty id', '<records><Id/></records>', 'ID_MISSING'],
    ['with an id that would be two', '<records><Id>001000000000001,001000000000002</Id></records>', 'ID_MALFORMED'],
    ['with an id that would be a parameter', '<records><Id>a&amp;allOrNone=true</Id></records>', 'ID_MALFORMED'],
  ])('a delete of a document %s is refused alone and unsent', async (_what, body, code) => {
    const id = world.org.insert('Account', { Name: 'a' });

    const { results } = await run(
      await world.connect(),
      op('delete'),
      bodies(body, `<DeleteProfileConfig><id>${id}</id></DeleteProfileConfig>`),
    );

    expect(statuses(results)).toEqual(['applicationError', 'success']);
    expect(results[0]?.error).toMatchObject({ code });
    expect(sent()[0]?.path).toBe(`/services/data/v64.0/composite/sobjects?ids=${id}`);
  });

  test('null, empty and absent stay three things', async () => {
    const id = world.org.insert('Account', { Name: 'a', Phone: '1', Fax: '2', Site: '3' });
    const body = `<records xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Id>${id}</Id><Phone xsi:nil="true"/><Fax></Fax></records>`;

    await run(await world.connect(), op('update'), bodies(body));

    expect(written()[0]?.given).toEqual({ Phone: null, Fax: '' });
    expect(world.org.record(id)?.['Site']).toBe('3');
  });

  test('a field that the object does not have is told with the one that may be meant', async () => {
    const { results } = await run(
      await world.connect(),
      op('create'),
      bodies('<r><Name>a</Name><Custom_Scor__c>1</Custom_Scor__c></r>'),
    );

    expect(results[0]?.message).toContain('Custom_Score__c');
  });

  test('a document that is too large is refused alone', async () => {
    const large = `<records><Name>large</Name><Description>${'x'.repeat(1_000_000)}</Description></records>`;

    const { results, summary } = await run(
      await world.connect(),
      op('create'),
      bodies(account('a'), large, account('b')),
    );

    expect(summary.counts).toMatchObject({ success: 2, applicationError: 1 });
    expect(results.find(({ status }) => status !== 'success')?.error).toMatchObject({ category: 'tooLarge' });
    expect(names()).toEqual(['a', 'b']);
  });

  test.each([
    ['an unknown field', 'Nope__c', 'FIELD_UNKNOWN'],
    ['a field that is no external id', 'Amount__c', 'FIELD_UNKNOWN'],
  ])('an upsert by %s is refused up front', async (_what, externalIdFieldName, code) => {
    const { summary } = await run(
      await world.connect(),
      op('upsert', { externalIdFieldName }, 'Invoice__c'),
      bodies(invoice('a', 1)),
    );

    expect(summary.error).toMatchObject({ category: 'config', code });
    expect(sent()).toEqual([]);
  });
});

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
