import { type SalesforceOrg, type SalesforceOrgOptions, startSalesforceOrg } from '#src/index.js';
import { loginEnvelope, textOf } from '../soap-envelope.js';

const SOAP = { 'content-type': 'text/xml; charset=utf-8', soapaction: 'login' };
let org: SalesforceOrg;

async function start(options: SalesforceOrgOptions = {}): Promise<void> {
  org = await startSalesforceOrg(options);
}

afterEach(() => org.close());

async function post(
  body: string,
  url = org.soapLogin,
  headers: Record<string, string> = SOAP,
): Promise<{ status: number; type: string | null; text: string }> {
  const answer = await fetch(url, { method: 'POST', body, headers });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

const good = () => loginEnvelope(org.username, org.password + org.securityToken);

test('the right password and security token open a session that data requests accept', async () => {
  await start();

  const { status, type, text } = await post(good());
  const probe = await fetch(org.apiBase, { headers: { authorization: `Bearer ${textOf(text, 'sessionId')}` } });

  expect(status).toBe(200);
  expect(type).toBe('text/xml; charset=utf-8');
  expect(textOf(text, 'serverUrl')).toBe(`${org.url}/services/Soap/u/64.0/${org.organizationId.slice(0, 15)}`);
  expect(textOf(text, 'passwordExpired')).toBe('false');
  expect(textOf(text, 'sessionSecondsValid')).toBe('7200');
  expect(probe.status).toBe(200);
  expect(org.ledger.logins).toBe(1);
});

test('after a change of password the new one logs in, the old one does not, and sessions stay', async () => {
  await start();
  const old = good();
  const token = textOf((await post(old)).text, 'sessionId');

  org.changePassword('"new" &', 't0ken');
  const [before, after] = [await post(old), await post(good())];
  const probe = await fetch(org.apiBase, { headers: { authorization: `Bearer ${token}` } });

  expect(before.text).toContain('INVALID_LOGIN');
  expect(after.status).toBe(200);
  expect(probe.status).toBe(200);
});

test('a login is read by namespace: a default one, CDATA values and an empty Header do', async () => {
  await start();
  const body = `<se:Envelope xmlns:se="http://schemas.xmlsoap.org/soap/envelope/"><se:Header/><se:Body><login xmlns="urn:partner.soap.sforce.com"><username><![CDATA[${org.username}]]></username><password><![CDATA[${org.password}${org.securityToken}]]></password></login></se:Body></se:Envelope>`;

  const { status, text } = await post(body, org.soapLogin, { 'content-type': 'text/xml', soapaction: '""' });

  expect(status).toBe(200);
  expect(textOf(text, 'userId')).toBe(org.userId);
});

test('a password without the security token asks for it', async () => {
  await start();

  const { status, text } = await post(loginEnvelope(org.username, org.password));

  expect(status).toBe(500);
  expect(textOf(text, 'exceptionCode')).toBe('LOGIN_MUST_USE_SECURITY_TOKEN');
});

test('a wrong password is a fault INVALID_LOGIN with status 500', async () => {
  await start();

  const { status, text } = await post(loginEnvelope(org.username, 'wrong'));

  expect(status).toBe(500);
  expect(textOf(text, 'faultcode')).toBe('sf:INVALID_LOGIN');
  expect(textOf(text, 'faultstring')).toBe(
    'INVALID_LOGIN: Invalid username, password, security token; or user locked out.',
  );
  expect(org.ledger.logins).toBe(0);
});

test('version 65.0 has no login any more, whatever the password', async () => {
  await start();

  const { status, text } = await post(loginEnvelope('x', 'y'), org.soapLogin.replace('64.0', '65.0'));

  expect(status).toBe(500);
  expect(textOf(text, 'faultcode')).toBe('sf:INVALID_OPERATION');
  expect(textOf(text, 'faultstring')).toContain('not available in the API version specified (65.0)');
});

test('an org where login is switched off says so', async () => {
  await start({ soapLogin: 'disabled' });

  const { status, text } = await post(good());

  expect(status).toBe(500);
  expect(textOf(text, 'exceptionMessage')).toContain('disabled by default in this org');
});

test('an expired password still logs in and is told; its session is good for nothing else', async () => {
  await start({ passwordExpired: true });

  const { text } = await post(good());
  const probe = await fetch(org.apiBase, { headers: { authorization: `Bearer ${textOf(text, 'sessionId')}` } });

  expect(textOf(text, 'passwordExpired')).toBe('true');
  expect(probe.status).toBe(403);
  expect(await probe.json()).toMatchObject([{ errorCode: 'INVALID_OPERATION_WITH_EXPIRED_PASSWORD' }]);
});

test.each([
  ['malformed XML', '<env:Envelope', 'Unable to parse request'],
  ['a DOCTYPE', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'DOCTYPE is not allowed'],
  ['no envelope', '<a/>', 'Envelope or Body missing'],
  ['an unknown call', loginEnvelope('a', 'b').replaceAll('login', 'convertLead'), 'No operation available'],
])('%s is a client fault', async (_case, body, told) => {
  await start();

  const { status, text } = await post(body);

  expect(status).toBe(500);
  expect(textOf(text, 'faultcode')).toBe('soapenv:Client');
  expect(textOf(text, 'faultstring')).toContain(told);
});

test('a call without SOAPAction is a client fault', async () => {
  await start();

  const { text } = await post(good(), org.soapLogin, { 'content-type': 'text/xml' });

  expect(textOf(text, 'faultstring')).toBe('SOAPAction HTTP header missing');
});

test('logout ends the session', async () => {
  await start();
  const token = textOf((await post(good())).text, 'sessionId');
  const logout = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><e:Header><SessionHeader><sessionId>${token}</sessionId></SessionHeader></e:Header><e:Body><logout/></e:Body></e:Envelope>`;

  const first = await post(logout);
  const second = await post(logout);
  const probe = await fetch(org.apiBase, { headers: { authorization: `Bearer ${token}` } });

  expect(first.status).toBe(200);
  expect(textOf(second.text, 'faultcode')).toBe('sf:INVALID_SESSION_ID');
  expect(probe.status).toBe(401);
  expect(org.requests.count('logout')).toBe(2);
});
