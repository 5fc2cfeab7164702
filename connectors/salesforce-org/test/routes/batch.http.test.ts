import { type Json, OrgClient, V, XML_BODY } from '../org-client.js';

let client: OrgClient;
let id = '';

beforeEach(async () => {
  client = await OrgClient.start({ accounts: 3 });
  id = client.org.insert('Account', { Name: 'before' });
});
afterEach(() => client.close());

const update = (fields: object) => ({ method: 'PATCH', url: `v64.0/sobjects/Account/${id}`, richInput: fields });

const send = (batchRequests: object[], haltOnError = false) =>
  client.send('POST', `${V}/composite/batch`, { haltOnError, batchRequests });

test('an update with read-back in JSON gives both results in order', async () => {
  const { status, json } = await send([
    update({ Name: 'after' }),
    { method: 'GET', url: `${V}/sobjects/account/${id}?fields=Name` },
  ]);

  expect(status).toBe(200);
  expect(json).toEqual({
    hasErrors: false,
    results: [
      { statusCode: 204, result: null },
      {
        statusCode: 200,
        result: { attributes: { type: 'Account', url: `${V}/sobjects/Account/${id}` }, Name: 'after' },
      },
    ],
  });
});

test('an update with read-back in XML gives both results in order', async () => {
  const body = `<batch><batchRequests><request><method>PATCH</method><url>v64.0/sobjects/Account/${id}</url><richInput><records><Name>after</Name></records></richInput></request><request><method>GET</method><url>v64.0/sobjects/Account/${id}?fields=Name</url></request></batchRequests></batch>`;

  const { text } = await client.send('POST', `${V}/composite/batch`, body, XML_BODY);

  const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  expect(text).toBe(
    `<?xml version="1.0" encoding="UTF-8"?><batchResults ${xsi}><hasErrors>false</hasErrors><results><batchResult><statusCode>204</statusCode><result/></batchResult><batchResult><statusCode>200</statusCode><result><Account ${xsi} type="Account" url="${V}/sobjects/Account/${id}"><Name>after</Name></Account></result></batchResult></results></batchResults>`,
  );
});

test('a request that fails is told with its errors, and the rest go on', async () => {
  const { json } = await send([update({ Nope: 1 }), update({ Name: 'after' })]);

  expect(json.hasErrors).toBe(true);
  expect(json.results.map((result: Json) => result.statusCode)).toEqual([400, 204]);
  expect(json.results[0].result[0].errorCode).toBe('INVALID_FIELD');
  expect(client.org.record(id)?.['Name']).toBe('after');
});

test('errors in XML stand inside the result', async () => {
  const body = `<batch><batchRequests><request><method>PATCH</method><url>v64.0/sobjects/Account/${id}</url><richInput><a><Nope>1</Nope></a></richInput></request></batchRequests></batch>`;

  const { text } = await client.send('POST', `${V}/composite/batch`, body, XML_BODY);

  expect(text).toMatch(
    /<statusCode>400<\/statusCode><result><Errors [^>]*><Error><errorCode>INVALID_FIELD<\/errorCode><message>No such column 'Nope'/,
  );
});

test('with haltOnError nothing runs after the first failure', async () => {
  const { json } = await send([update({ Nope: 1 }), update({ Name: 'after' })], true);

  expect(json.results.map((result: Json) => [result.statusCode, result.result[0].errorCode])).toEqual([
    [400, 'INVALID_FIELD'],
    [412, 'BATCH_PROCESSING_HALTED'],
  ]);
  expect(client.org.record(id)?.['Name']).toBe('before');
});

test('each request of a batch counts as a call', async () => {
  const { headers } = await send([update({ Name: 'a' }), update({ Name: 'b' })]);

  expect(headers.get('sforce-limit-info')).toMatch(/^api-usage=3\//);
});

test.each([[0], [26]])('a batch of %d requests is refused', async (count) => {
  const { status, json } = await send(Array.from({ length: count }, () => update({ Name: 'a' })));

  expect([status, json[0].errorCode]).toEqual([400, 'INVALID_INPUT']);
});
