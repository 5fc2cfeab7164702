import { type RunningOrg, runOrg, userCredentials } from '../running-org.js';
import { findingOf } from './logins.js';

let world: RunningOrg;
afterEach(() => world.stop());

describe('the version', () => {
  test('is the newest that the organisation offers and this release was tested with', async () => {
    world = await runOrg({ versions: ['31.0', '59.0', '66.0', '70.0'] });

    expect((await findingOf(world, { url: world.org.url }, 'edition'))?.message).toContain('API version 66.0');
    expect(world.org.requests.count('versions')).toBe(1);
  });

  test('that is too low everywhere is a config error', async () => {
    world = await runOrg({ versions: ['31.0', '58.0'] });

    expect(await findingOf(world, { url: world.org.url }, 'open')).toMatchObject({
      ok: false,
      error: { code: 'API_VERSION_TOO_LOW', path: '/url' },
    });
  });

  test('below 59 in the url is refused before anything is sent', async () => {
    world = await runOrg();

    expect(await findingOf(world, { url: `${world.org.url}/services/data/v58.0` }, 'open')).toMatchObject({
      ok: false,
      error: { category: 'config', code: 'API_VERSION_TOO_LOW', path: '/url' },
    });
    expect(world.org.requests.total).toBe(0);
  });
});

test('a version that the organisation does not know yet is told as such', async () => {
  world = await runOrg();

  expect(await findingOf(world, { url: `${world.org.url}/services/data/v99.0` }, 'edition')).toMatchObject({
    ok: false,
    error: { category: 'config', code: 'API_VERSION_UNKNOWN', path: '/url' },
  });
});

describe('findings', () => {
  test('name edition, organisation, version and the calls that are left, and warn of SOAP login', async () => {
    world = await runOrg({ edition: 'Enterprise Edition', isSandbox: true, apiLimit: 15_000 });

    const findings = await (await world.connect()).test();

    expect(findings.map(({ name, ok, warning }) => [name, ok, warning])).toEqual([
      ['open', true, undefined],
      ['edition', true, undefined],
      ['api usage', true, undefined],
      ['login method', true, true],
      ['host', true, undefined],
    ]);
    expect(findings[1]?.message).toBe(
      `Enterprise Edition (sandbox), organisation ${world.org.organizationId} on LOOP1, API version 64.0`,
    );
    expect(findings[2]?.message).toMatch(/^14,99\d of 15,000 API calls of this day are left$/);
    expect(findings[3]?.message).toMatch(/June 2027.*OAUTH_2/);
  });

  test('fail for an edition that is not supported', async () => {
    world = await runOrg({ edition: 'Team Edition' });

    expect(await findingOf(world, {}, 'edition')).toMatchObject({
      ok: false,
      error: { category: 'unsupported', code: 'EDITION_UNSUPPORTED' },
    });
  });

  test('warn where the login names another host than url', async () => {
    world = await runOrg();
    const url = world.org.url.replace('127.0.0.1', 'localhost');
    const own = world.org.url;

    expect(await findingOf(world, {}, 'host')).toMatchObject({ ok: true, message: own });
    expect(await findingOf(world, {}, 'host')).not.toHaveProperty('warning');
    expect(await findingOf(world, { ...userCredentials(world.org), url }, 'host')).toMatchObject({
      ok: true,
      warning: true,
      message: `data calls go to ${own}, as the login told, not to ${url} of url: correct url`,
    });
  });
});
