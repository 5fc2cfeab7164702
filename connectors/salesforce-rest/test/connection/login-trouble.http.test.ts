import { ConnectorRuntime } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';
import { PassingClock } from '../passing-clock.js';
import { json, type RawAnswer, RawService, SESSION_REFUSED } from '../raw-service.js';
import { bodies, run } from '../running-org.js';

const DOCUMENTS = 100;
const create = { operation: 'create', objectType: 'Account' } as const;
const html = (status: number): RawAnswer => ({
  status,
  body: '<html><title>Portal</title></html>',
  headers: { 'content-type': 'text/html' },
});
const fault = (code: string): RawAnswer => ({
  status: 500,
  body: `<E xmlns:sf="urn:f"><Body><Fault><faultcode>sf:${code}</faultcode><faultstring>${code}: no</faultstring></Fault></Body></E>`,
  headers: { 'content-type': 'text/xml' },
});

/** A login that gives one session, which is dead at once, and answers like this ever after. */
async function runWithLogin(answers: (RawAnswer | undefined)[], kind: 'soap' | 'token') {
  const isLogin = (path: string) => path.startsWith('/services/Soap') || path.startsWith('/services/oauth2');
  const queue = [...answers];
  const service: RawService = await RawService.start(({ path, method }) => {
    if (isLogin(path)) return queue.length > 1 ? queue.shift() : queue[0];
    return method === 'POST' ? SESSION_REFUSED : 'default';
  });
  const runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
  const oauth = {
    authenticationType: 'OAUTH_2',
    grantType: 'clientCredentials',
    clientId: 'a',
    clientSecret: 'secret-b',
  };
  const url = `${service.url}/services/data/v64.0`;
  const properties = kind === 'soap' ? service.properties() : { url, ...oauth };
  const connection = await runtime.connect({ plugin: 'salesforce-rest', properties });
  const ran = await run(connection, create, bodies(...Array<string>(DOCUMENTS).fill('<r><Name>a</Name></r>')));
  const logins = service.requests.filter(({ path }) => isLogin(path)).length;
  const writes = service.requests.filter(({ path, method }) => method === 'POST' && !isLogin(path)).length;
  await runtime.close();
  await service.stop();
  return { ...ran, logins, writes };
}

const session = (kind: 'soap' | 'token'): RawAnswer =>
  kind === 'token'
    ? json({ access_token: 'a-session' })
    : {
        status: 200,
        body: '<E><Body><loginResponse><result><sessionId>00D!a-session</sessionId><userId>005</userId></result></loginResponse></Body></E>',
      };

describe.each(['soap', 'token'] as const)('%s: trouble with the login', (kind) => {
  test.each<[string, RawAnswer, string]>([
    ['404', html(404), 'config'],
    ['403', html(403), 'auth'],
    ['400', html(400), 'config'],
    ['409', html(409), 'unavailable'],
    ['413', html(413), 'config'],
  ])('by status %s is never the fault of a document', async (_status, answer, category) => {
    const { results, summary } = await runWithLogin([answer], kind);

    expect(summary.error).toMatchObject({ category, effect: 'none', step: 'login' });
    expect(results.filter(({ status }) => status === 'applicationError')).toEqual([]);
  });

  test.each<[string, RawAnswer]>([
    ['a page', html(200)],
    ['status 404', html(404)],
    ['status 403', html(403)],
    ['too many requests', { status: 429 }],
    ...(kind === 'soap' ? [['too many logins', fault('LOGIN_RATE_EXCEEDED')] as [string, RawAnswer]] : []),
  ])('at a renewal, %s, ends the run after one more login', async (_what, answer) => {
    const { results, summary, logins, writes } = await runWithLogin([session(kind), answer], kind);

    expect(logins).toBeLessThanOrEqual(answer.status === 429 ? 6 : 2);
    expect(writes).toBeLessThanOrEqual(25);
    expect(summary.counts.success).toBe(0);
    expect(results.filter(({ status }) => status === 'applicationError')).toEqual([]);
    expect(['auth', 'quota', 'config']).toContain(summary.error?.category);
  });

  test('whose answer is lost goes once more, not again and again', async () => {
    const { summary, logins } = await runWithLogin([undefined], kind);

    expect(summary.error).toMatchObject({ category: 'unavailable', effect: 'none' });
    expect(logins).toBe(2);
  });

  test('of which the first answer is lost and the second is good is none', async () => {
    const { summary, logins } = await runWithLogin([undefined, session(kind), html(403)], kind);

    expect(summary.error).toMatchObject({ category: 'auth' });
    expect(logins).toBe(3);
  });
});

test('a renewal that failed is tried again after a pause', async () => {
  const clock = new PassingClock();
  let isDown = true;
  let isDead = false;
  const service: RawService = await RawService.start(({ path, method }) => {
    if (path.startsWith('/services/Soap')) return isDead && isDown ? html(404) : service.loginAnswer();
    if (method !== 'POST') return 'default';
    return isDead && isDown ? SESSION_REFUSED : { status: 201, body: '<Result><success>true</success></Result>' };
  });
  const runtime = new ConnectorRuntime({ plugins: [salesforceRest], clock });
  const connection = await runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });
  const one = async () => (await run(connection, create, bodies('<r><Name>a</Name></r>'))).summary.counts.success;
  await one();
  isDead = true;

  await one();
  const failed = service.count('/services/Soap');
  await one();
  const held = service.count('/services/Soap');
  clock.pass(31_000);
  await one();
  const tried = service.count('/services/Soap');
  isDown = false;

  expect(await one()).toBe(1);
  expect([failed, held, tried]).toEqual([2, 2, 3]);
  await runtime.close();
  await service.stop();
});
