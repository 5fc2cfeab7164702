import { OrgClient, V, XML } from '../org-client.js';

let client: OrgClient;
let nowMs = Date.UTC(2026, 0, 1);

beforeEach(async () => {
  client = await OrgClient.start({ now: () => nowMs, apiLimit: 5, sessionSecondsValid: 60 });
});
afterEach(() => client.close());

test('the versions are listed for anyone, oldest first', async () => {
  const { json } = await client.get('/services/data', { authorization: '' });

  expect(json).toHaveLength(9);
  expect(json[0]).toEqual({ label: "Winter '24", url: '/services/data/v59.0', version: '59.0' });
  expect(json[8]).toEqual({ label: "Summer '26", url: '/services/data/v67.0', version: '67.0' });
});

test('the versions are listed in XML', async () => {
  const { text } = await client.get('/services/data', XML);

  expect(text).toContain(
    "<Version><label>Summer '25</label><url>/services/data/v64.0</url><version>64.0</version></Version>",
  );
});

test('a version lists its resources and the identity', async () => {
  const { json } = await client.get(V);

  expect(json).toMatchObject({ query: `${V}/query`, sobjects: `${V}/sobjects` });
  expect(json.identity).toBe(`${client.org.url}/id/${client.org.organizationId}/${client.org.userId}`);
});

test.each([
  ['a bad token', { authorization: 'Bearer no' }, 'INVALID_SESSION_ID', 'Session expired or invalid'],
  ['no token', { authorization: '' }, 'INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE'],
  ['another scheme', { authorization: 'Basic abc' }, 'INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE'],
])('%s gets 401 before anything else is looked at', async (_case, headers, errorCode, message) => {
  const { status, json } = await client.get('/services/data/v99.0/nonsense', headers);

  expect(status).toBe(401);
  expect(json).toEqual([{ message, errorCode }]);
});

test('errors come in XML where that is asked for', async () => {
  const { headers, text } = await client.get(`${V}/nonsense`, XML);

  expect(headers.get('content-type')).toBe('application/xml;charset=UTF-8');
  expect(text).toContain(
    '<Error><errorCode>NOT_FOUND</errorCode><message>The requested resource does not exist</message></Error></Errors>',
  );
});

test('an unknown version is not found, a retired one is gone', async () => {
  const unknown = await client.get('/services/data/v99.0/limits');
  const retired = await client.get('/services/data/v30.0/limits');

  expect([unknown.status, unknown.json[0].errorCode]).toEqual([404, 'NOT_FOUND']);
  expect([retired.status, retired.json[0].errorCode]).toEqual([410, 'UNSUPPORTED_API_VERSION']);
});

test('a method that a resource does not have is refused with those it has', async () => {
  const { status, headers, json } = await client.send('DELETE', `${V}/sobjects/Account`);

  expect(status).toBe(405);
  expect(headers.get('allow')).toBe('HEAD,GET,POST');
  expect(json[0]).toEqual({
    message: "HTTP Method 'DELETE' not allowed. Allowed are HEAD,GET,POST",
    errorCode: 'METHOD_NOT_ALLOWED',
  });
});

test('HEAD answers like GET without a body', async () => {
  const { status, text } = await client.send('HEAD', `${V}/limits`);

  expect([status, text]).toEqual([200, '']);
});

test('doubled and trailing slashes count for nothing', async () => {
  const { status } = await client.get(`${client.org.url}//services/data/v64.0/sobjects/`);

  expect(status).toBe(200);
});

test('a suffix chooses the format over Accept', async () => {
  const { text } = await client.get(`${V}/limits.xml`, { accept: 'application/json' });

  expect(text).toContain('<DailyApiRequests><Max>5</Max>');
});

test('a format that there is not is refused with 406', async () => {
  const { status } = await client.get(`${V}/limits`, { accept: 'text/csv' });

  expect(status).toBe(406);
});

test('a session lives as long as it is used', async () => {
  nowMs += 59_000;
  const first = await client.get(V);
  nowMs += 59_000;
  const second = await client.get(V);
  nowMs += 60_000;
  const third = await client.get(V);

  expect([first.status, second.status, third.status]).toEqual([200, 200, 401]);
});

test('every call counts, and none is answered beyond the limit', async () => {
  const first = await client.get(V);
  for (let call = 2; call <= 5; call++) await client.get(V);
  const beyond = await client.get(V);

  expect(first.headers.get('sforce-limit-info')).toBe('api-usage=1/5');
  expect(beyond.status).toBe(403);
  expect(beyond.json).toEqual([{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }]);
});

test('the limits tell what is left', async () => {
  const { json } = await client.get(`${V}/limits`);

  expect(json.DailyApiRequests).toEqual({ Max: 5, Remaining: 4 });
});

test('record counts leave out unknown objects', async () => {
  const { json } = await client.get(`${V}/limits/recordCount?sObjects=account,Nothing`);

  expect(json).toEqual({ sObjects: [{ count: 200, name: 'Account' }] });
});

test.each([
  ['GET', `${V}/query?q=SELECT+Id+FROM+Account&columns=true`, 'columns'],
  ['GET', `${V}/query?explain=SELECT+Id+FROM+Account`, 'explain'],
  ['GET', `${V}/sobjects/Account/describe?fields=Name`, 'fields'],
  ['GET', `${V}/jobs/ingest?jobType=V2Ingest&concurrencyMode=Parallel`, 'concurrencyMode'],
  ['POST', `${V}/composite/sobjects?allOrNone=true`, 'allOrNone'],
])('%s %s is refused for the parameter %s, which nothing evaluates', async (method, path, name) => {
  const { status, json } = await client.send(method, path, method === 'POST' ? {} : undefined);

  expect(status).toBe(400);
  expect(json).toEqual([
    { message: `this org does not evaluate the query parameter ${name} here`, errorCode: 'INVALID_INPUT' },
  ]);
});

test('what the org has not of Bulk API 2.0 is refused by name', async () => {
  const multipart = await client.send('POST', `${V}/jobs/ingest`, '--b--', {
    'content-type': 'multipart/form-data; boundary=b',
  });
  const pages = await client.get(`${V}/jobs/query/750000000000001AAA/resultPages`);

  expect([multipart.status, multipart.json[0].message]).toEqual([415, expect.stringContaining('multipart')]);
  expect([pages.status, pages.json[0].errorCode]).toEqual([400, 'FUNCTIONALITY_NOT_ENABLED']);
});
