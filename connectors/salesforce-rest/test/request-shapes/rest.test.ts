import type { Json } from '@connector-runtime/core';
import {
  BASE,
  JSON_TYPE,
  jsonBack,
  jsonBothWays,
  PinnedService,
  RESULT,
  XML,
  xmlBack,
  xmlBothWays,
} from './pinned-service.js';

let service: PinnedService;
beforeEach(() => {
  service = new PinnedService();
});
afterEach(() => service.stop());
afterAll(() => PinnedService.restore());

const id = '001000000000001AAA';
const MADE = '{"id":"001000000000001AAA","success":true,"errors":[]}';
const RECORD = '<records type="Account"><Name>A</Name></records>';
const JSON_RECORD = '{"Name":"A","AnnualRevenue":1.50}';
const inJson = { payloadFormat: 'json' };
const rule = { assignmentRuleId: 'TRUE' };
const ruled = { 'sforce-auto-assign': 'TRUE' };
const own = { restHeaders: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } };
const owned = { 'sforce-duplicate-rule-header': 'allowSave=true' };

describe('the shape of', () => {
  test.each<[Record<string, Json>, string, string, object]>([
    [{}, RECORD, RECORD, xmlBothWays],
    [{ ...rule, ...own }, RECORD, RECORD, { ...xmlBothWays, ...ruled, ...owned }],
    [inJson, JSON_RECORD, JSON_RECORD, jsonBothWays],
    [{ ...inJson, ...rule, ...own }, JSON_RECORD, JSON_RECORD, { ...jsonBothWays, ...ruled, ...owned }],
  ])('create with %j', async (properties, document, body, headers) => {
    const isJson = 'payloadFormat' in properties;
    service.answer('POST', `${BASE}/sobjects/Account`, 201, isJson ? MADE : RESULT, isJson ? JSON_TYPE : XML);

    expect(await service.onlyCall('create', properties, document)).toEqual({
      method: 'POST',
      path: `${BASE}/sobjects/Account`,
      headers,
      body,
    });
  });

  const withId = `<?xml version="1.0"?><records><Id>${id}</Id><Name>B</Name></records>`;

  test.each<[Record<string, Json>, string, string, object]>([
    [{}, withId, '<records><Name>B</Name></records>', xmlBothWays],
    [{ ...rule, ...own }, withId, '<records><Name>B</Name></records>', { ...xmlBothWays, ...ruled, ...owned }],
    [inJson, `{"Id":"${id}","Name":"B"}`, '{"Name":"B"}', jsonBothWays],
    [{ ...inJson, ...rule }, `{"Name":null,"Id":"${id}"}`, '{"Name":null}', { ...jsonBothWays, ...ruled }],
  ])('update with %j', async (properties, document, body, headers) => {
    const path = `${BASE}/sobjects/Account/${id}`;
    service.answer('PATCH', path, 204, '', {});

    expect(await service.onlyCall('update', properties, document)).toEqual({ method: 'PATCH', path, headers, body });
  });

  const BATCH =
    '<batchResults><hasErrors>false</hasErrors><results><batchResult><statusCode>204</statusCode><result/></batchResult><batchResult><statusCode>200</statusCode><result><Account><Name>B</Name></Account></result></batchResult></results></batchResults>';
  const JSON_BATCH =
    '{"hasErrors":false,"results":[{"statusCode":204,"result":null},{"statusCode":200,"result":{"Name":"B"}}]}';

  test.each<[Record<string, Json>, string, string, object]>([
    [
      rule,
      '<records><Id>001&amp;</Id><Name>B</Name></records>',
      '<?xml version="1.0" encoding="UTF-8"?><batch><batchRequests><request><method>PATCH</method><url>v64.0/sobjects/Account/001%26</url><richInput><records><Name>B</Name></records></richInput></request>' +
        '<request><method>GET</method><url>v64.0/sobjects/Account/001%26</url></request></batchRequests></batch>',
      { ...xmlBothWays, ...ruled },
    ],
    [
      { ...inJson, ...own },
      '{"Id":"001/","Name":"B"}',
      '{"batchRequests":[{"method":"PATCH","url":"v64.0/sobjects/Account/001%2F","richInput":{"Name":"B"}},{"method":"GET","url":"v64.0/sobjects/Account/001%2F"}]}',
      { ...jsonBothWays, ...owned },
    ],
  ])('update with read-back and %j', async (properties, document, body, headers) => {
    const path = `${BASE}/composite/batch`;
    const isJson = 'payloadFormat' in properties;
    service.answer('POST', path, 200, isJson ? JSON_BATCH : BATCH, isJson ? JSON_TYPE : XML);

    const call = await service.onlyCall('update', { ...properties, returnUpdatedRecord: true }, document);

    expect(call).toEqual({ method: 'POST', path, headers, body });
  });

  describe.each(['xml', 'json'])('upsert in %s', (payloadFormat) => {
    const isJson = payloadFormat === 'json';
    const body = isJson ? JSON_RECORD : RECORD;
    const headers = isJson ? jsonBothWays : xmlBothWays;

    test.each([
      ['Ext__c', 'a b/c', 'PATCH', '/sobjects/Account/Ext__c/a%20b%2Fc', 204],
      ['ext__C', 'k', 'PATCH', '/sobjects/Account/Ext__c/k', 201],
      ['Ext__c', '', 'POST', '/sobjects/Account', 201],
      ['Id', '', 'POST', '/sobjects/Account/Id', 201],
    ])('by %s with the value "%s"', async (externalIdFieldName, externalIdValue, method, path, status) => {
      const answer = isJson ? MADE : RESULT;
      service.answer(method, BASE + path, status, status === 204 ? '' : answer, isJson ? JSON_TYPE : XML);

      const call = await service.onlyCall('upsert', { externalIdFieldName, payloadFormat, ...rule, ...own }, body, {
        externalIdValue,
      });

      expect(call).toEqual({ method, path: BASE + path, headers: { ...headers, ...ruled, ...owned }, body });
    });
  });

  test.each<[Record<string, Json>, string, object]>([
    [{}, `<records><Id>${id}</Id></records>`, xmlBack],
    [own, `<records><Id>${id}</Id></records>`, { ...xmlBack, ...owned }],
    [inJson, `{"Id":"${id}"}`, jsonBack],
  ])('delete with %j', async (properties, document, headers) => {
    const path = `${BASE}/sobjects/Account/${id}`;
    service.answer('DELETE', path, 204, '', {});

    const call = await service.onlyCall('delete', properties, document);

    expect(call).toEqual({ method: 'DELETE', path, headers, body: '' });
  });

  const TREE =
    '<SObjectTreeRequest><records type="Account" referenceId="a"><Name>A</Name></records></SObjectTreeRequest>';
  const TREE_MADE = `<SObjectTreeResponse><hasErrors>false</hasErrors><results><id>${id}</id><referenceId>a</referenceId></results></SObjectTreeResponse>`;
  const JSON_TREE = '{"records":[{"attributes":{"type":"Account","referenceId":"a"},"Name":"A","N":1.50}]}';
  const JSON_TREE_MADE = JSON.stringify({ hasErrors: false, results: [{ referenceId: 'a', id }] });

  test.each<[Record<string, Json>, string, object]>([
    [{}, TREE, xmlBothWays],
    [{ ...rule, ...own }, TREE, { ...xmlBothWays, ...ruled, ...owned }],
    [inJson, JSON_TREE, jsonBothWays],
    [{ ...inJson, ...rule, ...own }, JSON_TREE, { ...jsonBothWays, ...ruled, ...owned }],
  ])('create tree with %j', async (properties, body, headers) => {
    const path = `${BASE}/composite/tree/Account`;
    const isJson = 'payloadFormat' in properties;
    service.answer('POST', path, 201, isJson ? JSON_TREE_MADE : TREE_MADE, isJson ? JSON_TYPE : XML);

    const call = await service.onlyCall('createTree', properties, body);

    expect(call).toEqual({ method: 'POST', path, headers, body });
  });
});
