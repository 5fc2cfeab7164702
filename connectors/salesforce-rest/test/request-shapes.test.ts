import type { Json } from '@connector-runtime/core';
import { ConnectorRuntime, fetchTransport, type RuntimeConnection } from '@connector-runtime/runtime';
import nock from 'nock';
import salesforceRest from '#src/index.js';
import { run } from './running-org.js';

const HOST = 'https://acme.my.salesforce.com';
const BASE = '/services/data/v64.0';
const XML = { 'content-type': 'application/xml;charset=UTF-8' };
const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' };
const SESSION = '00D000000000001!AQ.session';

interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let runtime: ConnectorRuntime;
let seen: SeenRequest[];

beforeEach(() => {
  nock.disableNetConnect();
  seen = [];
  runtime = new ConnectorRuntime({ plugins: [salesforceRest], http: fetchTransport((url, init) => fetch(url, init)) });
});
afterEach(async () => {
  await runtime.close();
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(() => {
  nock.restore();
  nock.enableNetConnect();
});

/** Answers the next such request, and keeps what it was. */
function answer(
  host: string,
  method: string,
  path: string,
  status: number,
  body: string,
  headers: Record<string, string>,
): void {
  nock(host)
    .intercept(path, method)
    .reply(function reply(_uri, requestBody) {
      const kept = Object.fromEntries(
        Object.entries(this.req.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
      );
      seen.push({
        method,
        path,
        headers: kept,
        body: typeof requestBody === 'string' ? requestBody : JSON.stringify(requestBody),
      });
      return [status, body, headers];
    });
}

const field = (name: string, more: object = {}) => ({
  name,
  type: 'string',
  createable: true,
  updateable: true,
  nillable: true,
  filterable: true,
  sortable: true,
  ...more,
});
const DESCRIBE = JSON.stringify({
  name: 'Account',
  label: 'Account',
  queryable: true,
  createable: true,
  updateable: true,
  deletable: true,
  fields: [
    field('Id', { type: 'id', idLookup: true }),
    field('Name'),
    field('Ext__c', { externalId: true, unique: true, idLookup: true }),
  ],
  childRelationships: [],
});
const RESULT =
  '<?xml version="1.0" encoding="UTF-8"?><Result><id>001000000000001AAA</id><success>true</success></Result>';
const PAGE =
  '<?xml version="1.0" encoding="UTF-8"?><QueryResult><done>true</done><records type="Account"><Name>A</Name></records><totalSize>1</totalSize></QueryResult>';

function answerLogin(): void {
  const body = `<E><Body><loginResponse><result><passwordExpired>false</passwordExpired><serverUrl>${HOST}/services/Soap/u/64.0/00D</serverUrl><sessionId>${SESSION}</sessionId><userId>005</userId></result></loginResponse></Body></E>`;
  answer('https://login.salesforce.com', 'POST', '/services/Soap/u/64.0', 200, body, { 'content-type': 'text/xml' });
}

const answerDescribe = () => answer(HOST, 'GET', `${BASE}/sobjects/Account/describe`, 200, DESCRIBE, JSON_TYPE);

function connect(properties: Readonly<Record<string, Json>> = {}): Promise<RuntimeConnection> {
  return runtime.connect({
    plugin: 'salesforce-rest',
    properties: {
      url: `${HOST}${BASE}`,
      authenticationType: 'USER_CREDENTIALS',
      username: 'u@x.com',
      password: 'p&<w>TOKEN',
      ...properties,
    },
  });
}

/** Runs one document after login and describe, and gives the last request. */
async function lastRequest(
  operation: string,
  properties: Json,
  body: string,
  own?: Json,
): Promise<SeenRequest | undefined> {
  answerLogin();
  answerDescribe();
  const { summary } = await run(await connect(), { operation, objectType: 'Account', properties }, [
    { body, ...(own === undefined ? {} : { properties: own }) },
  ]);
  expect(summary.counts.success).toBe(1);
  return seen.at(-1);
}

const bearer = { authorization: `Bearer ${SESSION}` };

describe('the shape of', () => {
  test('SOAP login', async () => {
    answerLogin();
    answerDescribe();
    answer(HOST, 'GET', `${BASE}/query?q=SELECT%20Name%20FROM%20Account`, 200, PAGE, XML);

    await run(await connect(), { operation: 'query', objectType: 'Account', properties: { fields: ['Name'] } });

    expect(seen[0]?.headers).toMatchObject({ 'content-type': 'text/xml; charset=UTF-8', soapaction: 'login' });
    expect(seen[0]?.headers['authorization']).toBeUndefined();
    expect(seen[0]?.body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>' +
        '<n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>u@x.com</n1:username><n1:password>p&amp;&lt;w&gt;TOKEN</n1:password></n1:login></env:Body></env:Envelope>',
    );
    expect(seen[1]).toMatchObject({
      method: 'GET',
      path: `${BASE}/sobjects/Account/describe`,
      headers: { accept: 'application/json', ...bearer },
    });
    expect(seen[2]).toMatchObject({ headers: { accept: 'application/xml', ...bearer }, body: '' });
    expect(seen[2]?.headers['sforce-query-options']).toBeUndefined();
  });

  test.each([
    [
      'clientCredentials',
      { clientSecret: 's&1' },
      'grant_type=client_credentials&client_id=id%2F1&client_secret=s%261',
    ],
    ['refreshToken', { refreshToken: 'r+1' }, 'grant_type=refresh_token&client_id=id%2F1&refresh_token=r%2B1'],
    [
      'refreshToken',
      { refreshToken: 'r', clientSecret: 's' },
      'grant_type=refresh_token&client_id=id%2F1&refresh_token=r&client_secret=s',
    ],
  ])('a token request by %s', async (grantType, more, body) => {
    const token = JSON.stringify({
      access_token: SESSION,
      instance_url: HOST,
      id: 'https://login.salesforce.com/id/00D/005',
      token_type: 'Bearer',
    });
    answer(HOST, 'POST', '/services/oauth2/token', 200, token, JSON_TYPE);
    answer(HOST, 'GET', '/services/data', 200, '[{"version":"63.0"},{"version":"64.0"},{"version":"68.0"}]', JSON_TYPE);
    answer(HOST, 'GET', `${BASE}/sobjects`, 200, '{"sobjects":[]}', JSON_TYPE);
    const properties = { url: HOST, authenticationType: 'OAUTH_2', grantType, clientId: 'id/1', ...more };
    const connection = await runtime.connect({ plugin: 'salesforce-rest', properties });

    for await (const _type of connection.objectTypes({ operation: 'query' }));

    expect(seen[0]).toMatchObject({
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    });
    expect(seen[1]?.headers['authorization']).toBeUndefined();
    expect(seen[2]).toMatchObject({ method: 'GET', headers: { accept: 'application/json', ...bearer } });
  });

  test('the connection test', async () => {
    answerLogin();
    const organization = {
      records: [{ Id: '00D', OrganizationType: 'Developer Edition', IsSandbox: false, InstanceName: 'NA1' }],
    };
    const soql = 'SELECT%20Id%2CName%2COrganizationType%2CIsSandbox%2CInstanceName%20FROM%20Organization';
    answer(HOST, 'GET', `${BASE}/query?q=${soql}`, 200, JSON.stringify(organization), JSON_TYPE);
    answer(HOST, 'GET', `${BASE}/limits`, 200, '{"DailyApiRequests":{"Max":15000,"Remaining":14998}}', JSON_TYPE);

    const findings = await (await connect()).test();

    expect(findings.every(({ ok }) => ok)).toBe(true);
    expect(seen.slice(1).map(({ headers }) => headers['accept'])).toEqual(['application/json', 'application/json']);
  });

  test('a query with page size, and its next page', async () => {
    answerLogin();
    answerDescribe();
    const first = PAGE.replace(
      '<done>true</done>',
      `<done>false</done><nextRecordsUrl>${BASE}/query/01g-2000</nextRecordsUrl>`,
    ).replace('>1<', '>2<');
    answer(
      HOST,
      'GET',
      `${BASE}/queryAll?q=SELECT%20Name%20FROM%20Account%20WHERE%20Name%20%3D%20'a%2Bb'`,
      200,
      first,
      XML,
    );
    answer(HOST, 'GET', `${BASE}/query/01g-2000`, 200, PAGE.replace('>1<', '>2<'), XML);
    const properties = {
      fields: ['Name'],
      filter: { field: 'Name', operator: 'EQUALS', value: 'a+b' },
      pageSize: 500,
      includeDeleted: true,
    };

    const { outputs } = await run(await connect(), { operation: 'query', objectType: 'Account', properties });

    expect(outputs).toHaveLength(2);
    for (const { headers } of seen.slice(2)) {
      expect(headers).toMatchObject({ accept: 'application/xml', 'sforce-query-options': 'batchSize=500', ...bearer });
    }
  });

  test('create', async () => {
    answer(HOST, 'POST', `${BASE}/sobjects/Account`, 201, RESULT, XML);

    const request = await lastRequest(
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
    answer(HOST, 'POST', `${BASE}/sobjects/Account`, 201, '{"id":"001","success":true,"errors":[]}', JSON_TYPE);

    const request = await lastRequest('create', { payloadFormat: 'json' }, '{"Name":"A","AnnualRevenue":1.5}');

    expect(request).toMatchObject({
      body: '{"Name":"A","AnnualRevenue":1.5}',
      headers: { accept: 'application/json', 'content-type': 'application/json; charset=UTF-8', ...bearer },
    });
  });

  test('update with read-back in JSON', async () => {
    const batch =
      '{"hasErrors":false,"results":[{"statusCode":204,"result":null},{"statusCode":200,"result":{"Name":"B"}}]}';
    answer(HOST, 'POST', `${BASE}/composite/batch`, 200, batch, JSON_TYPE);

    const request = await lastRequest(
      'update',
      { returnUpdatedRecord: true, payloadFormat: 'json' },
      '{"Id":"001/","Name":"B"}',
    );

    expect(request?.body).toBe(
      '{"batchRequests":[{"method":"PATCH","url":"v64.0/sobjects/Account/001%2F","richInput":{"Name":"B"}},{"method":"GET","url":"v64.0/sobjects/Account/001%2F"}]}',
    );
  });

  test('update', async () => {
    answer(HOST, 'PATCH', `${BASE}/sobjects/Account/001000000000001AAA`, 204, '', {});

    const request = await lastRequest(
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
    answer(HOST, 'POST', `${BASE}/composite/batch`, 200, batch, XML);

    const request = await lastRequest(
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
    answer(HOST, method, BASE + path, status, body, XML);

    const request = await lastRequest('upsert', { externalIdFieldName }, '<records><Name>A</Name></records>', {
      externalIdValue,
    });

    expect(request).toMatchObject({
      method,
      body: '<records><Name>A</Name></records>',
      headers: { accept: 'application/xml', ...bearer },
    });
  });

  test('delete', async () => {
    answer(HOST, 'DELETE', `${BASE}/sobjects/Account/001000000000001AAA`, 204, '', {});

    const request = await lastRequest('delete', {}, '<records><Id>001000000000001AAA</Id></records>');

    expect(request).toMatchObject({ body: '', headers: { accept: 'application/xml', ...bearer } });
    expect(request?.headers['content-type']).toBeUndefined();
  });

  const id = '001000000000001AAA';
  const created = `<results><result><id>${id}</id><success>true</success></result></results>`;
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
    answer(HOST, method, BASE + path, 200, created, XML);

    const request = await lastRequest(
      operation,
      { operationApi: 'COMPOSITEAPI', assignmentRuleId: 'TRUE', ...(properties as object) },
      `<?xml version="1.0"?><records>${fields}</records>`,
    );

    expect(request?.body).toBe(`<result>${option}<records type="Account">${kept}</records></result>`);
    expect(request?.headers).toMatchObject({ ...xmlBothWays, ...rule });
  });

  test.each([
    [false, ''],
    [true, '&allOrNone=true'],
  ])('a collection: delete with allOrNone %p', async (allOrNone, parameter) => {
    answer(HOST, 'DELETE', `${BASE}/composite/sobjects?ids=${id}${parameter}`, 200, created, XML);

    const request = await lastRequest(
      'delete',
      { operationApi: 'COMPOSITEAPI', allOrNone },
      `<records><Id>${id}</Id></records>`,
    );

    expect(request).toMatchObject({ body: '', headers: xmlBothWays });
    expect(request?.headers['sforce-auto-assign']).toBeUndefined();
  });

  test('create tree', async () => {
    const tree =
      '<SObjectTreeRequest><records type="Account" referenceId="a"><Name>A</Name></records></SObjectTreeRequest>';
    const made = `<SObjectTreeResponse><hasErrors>false</hasErrors><results><id>${id}</id><referenceId>a</referenceId></results></SObjectTreeResponse>`;
    answer(HOST, 'POST', `${BASE}/composite/tree/Account`, 201, made, XML);

    const request = await lastRequest('createTree', { assignmentRuleId: 'TRUE' }, tree);

    expect(request).toMatchObject({ body: tree, headers: { ...xmlBothWays, ...rule } });
  });
});
