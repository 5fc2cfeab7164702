import { run } from '../running-org.js';
import { BASE, bearer, JSON_TYPE, PinnedService, RESULT, XML } from './pinned-service.js';

const PAGE =
  '<?xml version="1.0" encoding="UTF-8"?><QueryResult><done>true</done><records type="Account"><Name>A</Name></records><totalSize>1</totalSize></QueryResult>';

let service: PinnedService;
beforeEach(() => {
  service = new PinnedService();
});
afterEach(() => service.stop());
afterAll(() => PinnedService.restore());

describe('the shape of', () => {
  test('a query with page size, and its next page', async () => {
    service.answerLogin();
    service.answerDescribe();
    const first = PAGE.replace(
      '<done>true</done>',
      `<done>false</done><nextRecordsUrl>${BASE}/query/01g-2000</nextRecordsUrl>`,
    ).replace('>1<', '>2<');
    service.answer(
      'GET',
      `${BASE}/queryAll?q=SELECT%20Name%20FROM%20Account%20WHERE%20Name%20%3D%20%27a%2Bb%27`,
      200,
      first,
      XML,
    );
    service.answer('GET', `${BASE}/query/01g-2000`, 200, PAGE.replace('>1<', '>2<'), XML);
    const properties = {
      fields: ['Name'],
      filter: { field: 'Name', operator: 'EQUALS', value: 'a+b' },
      pageSize: 500,
      includeDeleted: true,
    };

    const { outputs } = await run(await service.connect(), { operation: 'query', objectType: 'Account', properties });

    expect(outputs).toHaveLength(2);
    for (const { headers } of service.seen.slice(2)) {
      expect(headers).toMatchObject({ accept: 'application/xml', 'sforce-query-options': 'batchSize=500', ...bearer });
    }
  });

  test('create', async () => {
    service.answer('POST', `${BASE}/sobjects/Account`, 201, RESULT, XML);

    const request = await service.lastRequest(
      'create',
      { assignmentRuleId: '01Q000000000001', restHeaders: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } },
      '<records type="Account"><Name>A</Name></records>',
    );

    expect(request?.body).toBe('<records type="Account"><Name>A</Name></records>');
    expect(request?.headers).toMatchObject({
      accept: 'application/xml',
      'content-type': 'application/xml; charset=UTF-8',
      'sforce-auto-assign': '01Q000000000001',
      'sforce-duplicate-rule-header': 'allowSave=true',
      ...bearer,
    });
  });

  test('create in JSON', async () => {
    service.answer('POST', `${BASE}/sobjects/Account`, 201, '{"id":"001","success":true,"errors":[]}', JSON_TYPE);

    const request = await service.lastRequest('create', { payloadFormat: 'json' }, '{"Name":"A","AnnualRevenue":1.50}');

    expect(request).toMatchObject({
      body: '{"Name":"A","AnnualRevenue":1.50}',
      headers: { accept: 'application/json', 'content-type': 'application/json; charset=UTF-8', ...bearer },
    });
  });

  test('update with read-back in JSON', async () => {
    const batch =
      '{"hasErrors":false,"results":[{"statusCode":204,"result":null},{"statusCode":200,"result":{"Name":"B"}}]}';
    service.answer('POST', `${BASE}/composite/batch`, 200, batch, JSON_TYPE);

    const request = await service.lastRequest(
      'update',
      { returnUpdatedRecord: true, payloadFormat: 'json' },
      '{"Id":"001/","Name":"B"}',
    );

    expect(request?.body).toBe(
      '{"batchRequests":[{"method":"PATCH","url":"v64.0/sobjects/Account/001%2F","richInput":{"Name":"B"}},{"method":"GET","url":"v64.0/sobjects/Account/001%2F"}]}',
    );
  });

  test('update', async () => {
    service.answer('PATCH', `${BASE}/sobjects/Account/001000000000001AAA`, 204, '', {});

    const request = await service.lastRequest(
      'update',
      {},
      '<?xml version="1.0"?><records><Id>001000000000001AAA</Id><Name>B</Name></records>',
    );

    expect(request).toMatchObject({
      body: '<records><Name>B</Name></records>',
      headers: { accept: 'application/xml', 'content-type': 'application/xml; charset=UTF-8', ...bearer },
    });
    expect(request?.headers['sforce-auto-assign']).toBeUndefined();
  });

  test('update with read-back', async () => {
    const batch =
      '<batchResults><hasErrors>false</hasErrors><results><batchResult><statusCode>204</statusCode><result/></batchResult><batchResult><statusCode>200</statusCode><result><Account><Name>B</Name></Account></result></batchResult></results></batchResults>';
    service.answer('POST', `${BASE}/composite/batch`, 200, batch, XML);

    const request = await service.lastRequest(
      'update',
      { returnUpdatedRecord: true, assignmentRuleId: 'TRUE' },
      '<records><Id>001&amp;</Id><Name>B</Name></records>',
    );

    expect(request?.body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><batch><batchRequests><request><method>PATCH</method><url>v64.0/sobjects/Account/001%26</url><richInput><records><Name>B</Name></records></richInput></request>' +
        '<request><method>GET</method><url>v64.0/sobjects/Account/001%26</url></request></batchRequests></batch>',
    );
    expect(request?.headers).toMatchObject({
      'content-type': 'application/xml; charset=UTF-8',
      'sforce-auto-assign': 'TRUE',
      ...bearer,
    });
  });

  test.each([
    ['Ext__c', 'a b/c', 'PATCH', '/sobjects/Account/Ext__c/a%20b%2Fc', 204, ''],
    ['Ext__c', '', 'POST', '/sobjects/Account', 201, RESULT],
    ['Id', '', 'POST', '/sobjects/Account/Id', 201, RESULT],
  ])('upsert by %s with the value "%s"', async (externalIdFieldName, externalIdValue, method, path, status, body) => {
    service.answer(method, BASE + path, status, body, XML);

    const request = await service.lastRequest('upsert', { externalIdFieldName }, '<records><Name>A</Name></records>', {
      externalIdValue,
    });

    expect(request).toMatchObject({
      method,
      body: '<records><Name>A</Name></records>',
      headers: { accept: 'application/xml', ...bearer },
    });
  });

  test('delete', async () => {
    service.answer('DELETE', `${BASE}/sobjects/Account/001000000000001AAA`, 204, '', {});

    const request = await service.lastRequest('delete', {}, '<records><Id>001000000000001AAA</Id></records>');

    expect(request).toMatchObject({ body: '', headers: { accept: 'application/xml', ...bearer } });
    expect(request?.headers['content-type']).toBeUndefined();
  });

  const id = '001000000000001AAA';
  const xmlBothWays = { accept: 'application/xml', 'content-type': 'application/xml; charset=UTF-8', ...bearer };
  const rule = { 'sforce-auto-assign': 'TRUE' };

  test('create tree', async () => {
    const tree =
      '<SObjectTreeRequest><records type="Account" referenceId="a"><Name>A</Name></records></SObjectTreeRequest>';
    const made = `<SObjectTreeResponse><hasErrors>false</hasErrors><results><id>${id}</id><referenceId>a</referenceId></results></SObjectTreeResponse>`;
    service.answer('POST', `${BASE}/composite/tree/Account`, 201, made, XML);

    const request = await service.lastRequest('createTree', { assignmentRuleId: 'TRUE' }, tree);

    expect(request).toMatchObject({ body: tree, headers: { ...xmlBothWays, ...rule } });
  });
});
