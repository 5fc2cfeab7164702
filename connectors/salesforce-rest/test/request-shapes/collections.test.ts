import type { Json } from '@connector-runtime/core';
import { BASE, JSON_TYPE, jsonBothWays, PinnedService, XML, xmlBothWays } from './pinned-service.js';

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
  const own = { restHeaders: { 'X-Caller': 'me' } };
  const owned = { 'x-caller': 'me' };
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

    const request = await service.onlyCall(
      operation,
      { operationApi: 'COMPOSITEAPI', assignmentRuleId: 'TRUE', ...own, ...(properties as object) },
      `<?xml version="1.0"?><records>${fields}</records>`,
    );

    const body = `<result>${option}<records type="Account">${kept}</records></result>`;
    expect(request).toEqual({ method, path: BASE + path, headers: { ...xmlBothWays, ...rule, ...owned }, body });
  });

  test.each<[string, Json, string, string, string, string, string]>([
    [
      'create',
      { allOrNone: true },
      '{"Name":"A"}',
      'POST',
      '/composite/sobjects',
      '{"allOrNone":true,"records":[',
      '"Name":"A"}]}',
    ],
    [
      'update',
      {},
      `{"Id":"${id}","N":1.50}`,
      'PATCH',
      '/composite/sobjects',
      '{"allOrNone":false,"records":[',
      `"Id":"${id}","N":1.50}]}`,
    ],
    [
      'upsert',
      { externalIdFieldName: 'ext__c' },
      '{"Ext__c":"1/2","N":null}',
      'PATCH',
      '/composite/sobjects/Account/Ext__c',
      '{"allOrNone":false,"records":[',
      '"Ext__c":"1/2","N":null}]}',
    ],
  ])('a collection in JSON: %s with %j', async (operation, properties, document, method, path, start, end) => {
    const answer = JSON.stringify([{ id, success: true, errors: [] }]);
    service.answer(method, BASE + path, 200, answer, JSON_TYPE);

    const request = await service.onlyCall(
      operation,
      {
        operationApi: 'COMPOSITEAPI',
        payloadFormat: 'json',
        assignmentRuleId: 'TRUE',
        ...own,
        ...(properties as object),
      },
      document,
    );

    const body = `${start}{"attributes":{"type":"Account"},${end}`;
    expect(request).toEqual({ method, path: BASE + path, headers: { ...jsonBothWays, ...rule, ...owned }, body });
  });

  test.each([
    ['xml', false, ''],
    ['xml', true, '&allOrNone=true'],
    ['json', true, '&allOrNone=true'],
  ])('a collection in %s: delete with allOrNone %p', async (payloadFormat, allOrNone, parameter) => {
    const other = '001000000000002AAA';
    const path = `${BASE}/composite/sobjects?ids=${id},${other}${parameter}`;
    const isJson = payloadFormat === 'json';
    const jsonResults = JSON.stringify([id, other].map((one) => ({ id: one, success: true, errors: [] })));
    service.answer('DELETE', path, 200, isJson ? jsonResults : resultsOf(id, other), isJson ? JSON_TYPE : XML);

    const { summary } = await service.run(
      'delete',
      { operationApi: 'COMPOSITEAPI', allOrNone, payloadFormat, ...own },
      [id, other].map((one) => ({ body: isJson ? `{"Id":"${one}"}` : `<records><Id>${one}</Id></records>` })),
    );

    const headers = { ...(isJson ? jsonBothWays : xmlBothWays), ...owned };
    expect(summary.counts.success).toBe(2);
    expect(service.calls).toEqual([{ method: 'DELETE', path, headers, body: '' }]);
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
