import { type RunningOrg, run, runOrg } from '../running-org.js';
import { findingOf, query } from './logins.js';

let world: RunningOrg;
afterEach(() => world.stop());

describe('SOAP login', () => {
  test('sends credentials with markup in them as they are', async () => {
    world = await runOrg({ password: `<&>"'ü€ ]]>`, securityToken: 'x' });

    const { summary } = await run(await world.connect(), query);

    expect(summary.counts.success).toBe(1);
    expect(world.org.requests.count('login')).toBe(1);
  });

  test('with a control character in the password is refused before anything is sent, and without it in the message', async () => {
    world = await runOrg();

    const open = await findingOf(world, { password: 'secret\nword' }, 'open');

    expect(open).toMatchObject({
      ok: false,
      error: { category: 'config', code: 'CREDENTIAL_INVALID', path: '/password' },
    });
    expect(open?.message).not.toContain('secret');
    expect(world.org.requests.total).toBe(0);
  });

  test('that is switched off in the organisation says so, with the way out', async () => {
    world = await runOrg({ soapLogin: 'disabled' });

    const open = await findingOf(world, {}, 'open');

    expect(open).toMatchObject({ ok: false, error: { category: 'auth', code: 'SALESFORCE_INVALID_OPERATION' } });
    expect(open?.message).toMatch(/switched off in this organisation.*External Client App.*clientCredentials/);
  });

  test('of a version without it is refused before anything is sent', async () => {
    world = await runOrg();

    const open = await findingOf(world, { authenticationUrl: `${world.org.url}/services/Soap/u/65.0` }, 'open');

    expect(open).toMatchObject({
      ok: false,
      error: { category: 'config', code: 'SOAP_LOGIN_NOT_OFFERED', path: '/authenticationUrl' },
    });
    expect(world.org.requests.total).toBe(0);
  });

  test('with an expired password is refused', async () => {
    world = await runOrg({ passwordExpired: true });

    expect(await findingOf(world, {}, 'open')).toMatchObject({
      ok: false,
      error: { category: 'auth', code: 'PASSWORD_EXPIRED' },
    });
  });

  test('answered with an HTML page is a protocol error without its markup', async () => {
    world = await runOrg();
    world.org.faults.add({
      kind: 'login',
      action: 'answer',
      status: 200,
      contentType: 'text/html',
      body: '<html><body>portal</body></html>',
    });

    const open = await findingOf(world, {}, 'open');

    expect(open).toMatchObject({ ok: false, error: { category: 'protocol', code: 'LOGIN_ANSWER_UNEXPECTED' } });
    expect(open?.message).not.toContain('<');
  });

  test('answered without a session id says that', async () => {
    world = await runOrg();
    const body = '<E><Body><loginResponse><result><userId>1</userId></result></loginResponse></Body></E>';
    world.org.faults.add({ kind: 'login', action: 'answer', status: 200, contentType: 'text/xml', body });

    expect(await findingOf(world, {}, 'open')).toMatchObject({
      ok: false,
      error: { category: 'protocol', code: 'LOGIN_WITHOUT_SESSION' },
    });
  });

  test('whose answer was lost goes again', async () => {
    world = await runOrg();
    world.org.faults.add({ kind: 'login', action: 'lose' });

    expect(await findingOf(world, {}, 'open')).toMatchObject({ ok: true });
  });

  test('refused for lack of calls is quota, and is tried again at the next use', async () => {
    world = await runOrg();
    const body =
      '<E xmlns:sf="urn:f"><Body><Fault><faultcode>sf:REQUEST_LIMIT_EXCEEDED</faultcode><faultstring>REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.</faultstring></Fault></Body></E>';
    world.org.faults.add({ kind: 'login', action: 'answer', status: 500, contentType: 'text/xml', body });
    const connection = await world.connect();

    const [first] = await connection.test();
    const [second] = await connection.test();

    expect(first).toMatchObject({ ok: false, error: { category: 'quota', code: 'SALESFORCE_REQUEST_LIMIT_EXCEEDED' } });
    expect(second).toMatchObject({ ok: true });
  });
});
