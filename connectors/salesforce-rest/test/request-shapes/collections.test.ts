import type { Json } from '@connector-runtime/core';
import { BASE, bearer, JSON_TYPE, PinnedService, XML } from './pinned-service.js';

let service: PinnedService;
beforeEach(() => {
  service = new PinnedService();
});
afterEach(() => service.stop());
afterAll(() => PinnedService.restore());

describe('the shape of', () => {
  const id = '001000000000001AAA';
  const resultsOf = (...ids: readonly string[]) =>
    `<results>${ids.map((one) => `<result><id>${one}</id><success>true</success></result>`).join('')}</results>`;
  const xmlBothWays = { accept: 'application/xml', 'content-type': 'application/xml; charset=UTF-8', ...bearer };
  const rule = { 'sforce-auto-assign': 'TRUE' };

  test.each<[string, Json, string, string, string, string, string]>([
    ['create', {}, '<Name>A</Name>', 'POST', '/composite/sobjects', '<Name>A</Name>', ''],
    [
      'create',
      { allOrNone: true },
      '<Name>A</Name>',
      'POST',
      '/composite/sobjects',
      '<Name>A</Name>',
      '<allOrNone>True</allOrNone>',
    ],
    ['update', {}, `<Id>${id}</Id>`, 'PATCH', '/composite/sobjects', `<Id>${id}</Id>`, ''],
    [
      'upsert',
      { externalIdFieldName: 'ext__c' },
      '<Ext__c>1/2</Ext__c>',
      'PATCH',
      '/composite/sobjects/Account/Ext__c',
      '<Ext__c>1/2</Ext__c>',
      '',
    ],
  ])('a collection: %s with %j', async (operation, properties, fields, method, path, kept, option) => {
    service.answer(method, BASE + path, 200, resultsOf(id), XML);

    const request = await service.lastRequest(
      operation,
      { operationApi: 'COMPOSITEAPI', assignmentRuleId: 'TRUE', ...(properties as object) },
      `<?xml version="1.0"?><records>${fields}</records>`,
    );

    expect(request?.body).toBe(`<result>${option}<records type="Account">${kept}</records></result>`);
    expect(request?.headers).toMatchObject({ ...xmlBothWays, ...rule });
  });

  test.each<[string, Json, string, string, string]>([
    ['create', { allOrNone: true }, '{"Name":"A"}', '{"allOrNone":true,"records":[', '"Name":"A"}]}'],
    ['update', {}, `{"Id":"${id}","N":1.50}`, '{"allOrNone":false,"records":[', `"Id":"${id}","N":1.50}]}`],
  ])('a collection in JSON: %s with %j', async (operation, properties, document, start, end) => {
    const method = operation === 'create' ? 'POST' : 'PATCH';
    const answer = JSON.stringify([{ id, success: true, errors: [] }]);
    service.answer(method, `${BASE}/composite/sobjects`, 200, answer, JSON_TYPE);

    const request = await service.lastRequest(
      operation,
      { operationApi: 'COMPOSITEAPI', payloadFormat: 'json', ...(properties as object) },
      document,
    );

    expect(request?.body).toBe(`${start}{"attributes":{"type":"Account"},${end}`);
    const type = { accept: 'application/json', 'content-type': 'application/json; charset=UTF-8' };
    expect(request?.headers).toMatchObject({ ...type, ...bearer });
  });

  test.each([
    [false, ''],
    [true, '&allOrNone=true'],
  ])('a collection: delete with allOrNone %p', async (allOrNone, parameter) => {
    const other = '001000000000002AAA';
    const path = `${BASE}/composite/sobjects?ids=${id},${other}${parameter}`;
    service.answer('DELETE', path, 200, resultsOf(id, other), XML);

    const { summary } = await service.run(
      'delete',
      { operationApi: 'COMPOSITEAPI', allOrNone },
      [id, other].map((one) => ({ body: `<records><Id>${one}</Id></records>` })),
    );

    const request = service.seen.at(-1);
    expect(summary.counts.success).toBe(2);
    expect(request).toMatchObject({ body: '', headers: xmlBothWays });
    expect(request?.headers['sforce-auto-assign']).toBeUndefined();
  });

  test('a collection of several', async () => {
    service.answer('POST', `${BASE}/composite/sobjects`, 200, resultsOf(id, id), XML);

    await service.run('create', { operationApi: 'COMPOSITEAPI' }, [
      { body: '<?xml version="1.0"?>\n<records><Name>A</Name></records>' },
      { body: '<records type="Account"><Name>B</Name></records>' },
    ]);

    expect(service.seen.at(-1)?.body).toBe(
      '<result><records type="Account"><Name>A</Name></records><records type="Account"><Name>B</Name></records></result>',
    );
  });
});
