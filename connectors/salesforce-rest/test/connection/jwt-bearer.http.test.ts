import { generateKeyPairSync } from 'node:crypto';
import type { SalesforceOrgOptions } from '@connector-runtime/salesforce-org';
import { type RunningOrg, run, runOrg } from '../running-org.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PRIVATE_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const jwtCertificate = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const OTHER_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const EC_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const create = { operation: 'create', objectType: 'Account', properties: {} } as const;
const DOCUMENT = [{ body: '<records><Name>Made</Name></records>' }];

let world: RunningOrg;
let logged: string[] = [];
afterEach(() => world.stop());

async function start(options: SalesforceOrgOptions = {}): Promise<void> {
  logged = [];
  const note = (data: object, message: string) => logged.push(`${message} ${JSON.stringify(data)}`);
  world = await runOrg(
    { jwtCertificate, ...options },
    { logger: { debug: note, info: note, warn: note, error: note } },
  );
}

/** Creates a record over a connection that logs in by JWT. */
async function createByJwt(properties: Readonly<Record<string, string>> = {}) {
  const { clientId, username, apiBase: url } = world.org;
  const connection = await world.runtime.connect({
    plugin: 'salesforce-rest',
    properties: {
      url,
      authenticationType: 'OAUTH_2',
      grantType: 'jwtBearer',
      clientId,
      jwtSubject: username,
      privateKey: PRIVATE_KEY,
      ...properties,
    },
  });
  return { connection, ...(await run(connection, create, DOCUMENT)) };
}

const assertions = () =>
  world.org.requests.entries
    .filter(({ kind }) => kind === 'token')
    .map(({ body }) => new URLSearchParams(body).get('assertion') ?? '');
const claimsOf = (assertion: string) =>
  JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

describe('a login by JWT', () => {
  test('is for the user, at the origin of the token address, by RS256, for minutes', async () => {
    await start();

    const { summary } = await createByJwt();
    const [assertion = ''] = assertions();

    expect(summary.counts.success).toBe(1);
    expect(JSON.parse(Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString())).toEqual({ alg: 'RS256' });
    const { exp, ...claims } = claimsOf(assertion);
    expect(claims).toEqual({ iss: world.org.clientId, sub: world.org.username, aud: world.org.url });
    expect(Number(exp) - Date.now() / 1000).toBeGreaterThan(120);
    expect(Number(exp) - Date.now() / 1000).toBeLessThanOrEqual(180);
  });

  test.each([
    ['behind', 3_600_000],
    ['ahead', -3_600_000],
  ])('whose clock is an hour %s is corrected once by the clock of the service', async (_what, offsetMs) => {
    await start({ now: () => Date.now() + offsetMs });
    // The org minds no assertion that is good for too long; another might.
    const body = '{"error":"invalid_grant","error_description":"invalid assertion"}';
    if (offsetMs < 0) world.org.faults.add({ kind: 'token', action: 'answer', status: 400, body });

    const { summary } = await createByJwt();

    expect(summary.counts.success).toBe(1);
    const [first = '', second = ''] = assertions();
    expect(Number(claimsOf(second)['exp']) - Number(claimsOf(first)['exp'])).toBeCloseTo(offsetMs / 1000, -1);
    expect(logged.join('\n')).toMatch(/the clock here is 3[56]\d\d s/);
  });

  test('that is refused with the clock corrected is not sent a third time', async () => {
    await start({ consent: 'denied', now: () => Date.now() + 3_600_000 });

    const { summary } = await createByJwt();

    expect(summary.error?.code).toBe('SALESFORCE_OAUTH_INVALID_GRANT');
    expect(assertions()).toHaveLength(2);
  });

  test.each<[string, SalesforceOrgOptions, Record<string, string>, RegExp]>([
    ['a user who has not approved the app', { consent: 'denied' }, {}, /pre-authorize/],
    ['another key', {}, { privateKey: OTHER_KEY }, /invalid assertion/],
    ['an unknown client id', {}, { clientId: 'x' }, /check clientId/],
  ])('with %s is refused, and sent once', async (_what, options, properties, message) => {
    await start(options);

    const { summary, connection } = await createByJwt(properties);
    await run(connection, create, DOCUMENT);

    expect(summary.error).toMatchObject({ category: 'auth', message: expect.stringMatching(message) });
    expect(assertions()).toHaveLength(1);
  });

  test.each([
    ['that is none', 'no key'],
    ['of another kind', EC_KEY],
  ])('with a key %s is a mistake of the configuration, and nothing is sent', async (_what, privateKey) => {
    await start();

    const { summary } = await createByJwt({ privateKey });

    expect(summary.error).toMatchObject({ category: 'config', code: 'PRIVATE_KEY_INVALID', path: '/privateKey' });
    expect(world.org.requests.entries).toEqual([]);
  });

  test('is done again where the session has ended', async () => {
    await start();
    const { connection } = await createByJwt();
    world.org.expireSessions();

    const { summary } = await run(
      connection,
      create,
      Array.from({ length: 50 }, () => DOCUMENT[0] ?? { body: '' }),
    );

    expect(summary.counts.success).toBe(50);
    expect(assertions()).toHaveLength(2);
  });

  test('writes neither key nor assertion into the log', async () => {
    await start();
    await createByJwt({ privateKey: OTHER_KEY });
    const everything = logged.join('\n');

    expect(everything).not.toContain(OTHER_KEY.slice(60, 100));
    expect(everything).not.toContain(assertions()[0]?.split('.')[2]);
  });
});
