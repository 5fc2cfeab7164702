import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { account, op, type Properties, statuses, writtenIn } from './collections-writes.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

const written = () => writtenIn(world);

describe('collections', () => {
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

  test('a value that the service cannot read refuses the whole request under all or none, and says so to each document', async () => {
    const odd = '<records><Name>x</Name><NumberOfEmployees>many</NumberOfEmployees></records>';

    const { results } = await run(await world.connect(), op('create', { allOrNone: true }), bodies(account('a'), odd));

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

    test('is laid to no document of its request, under all or none', async () => {
      const results = await create({ allOrNone: true });

      for (const { error, body, message } of results) {
        expect(error).not.toHaveProperty('path');
        expect(String(body)).not.toMatch(/<fields>|"fields":\["/);
        expect(message).toContain('one of them may be the reason');
        expect(message).not.toContain('batchCount 1');
      }
      expect(statuses(results)).toEqual(['applicationError', 'applicationError']);
      expect(written()).toEqual([]);
    });

    test.each([{ batchCount: 1 }, {}])('is that of its document alone, with %j', async (properties) => {
      const results = await create(properties);

      expect(statuses(results)).toEqual(['success', 'applicationError']);
      expect(results[1]?.message).not.toContain('as a whole');
    });
  });

  test('a field that the object does not have is told with the one that may be meant', async () => {
    const { results } = await run(
      await world.connect(),
      op('create'),
      bodies('<r><Name>a</Name><Custom_Scor__c>1</Custom_Scor__c></r>'),
    );

    expect(results[0]?.message).toContain('Custom_Score__c');
  });
});
