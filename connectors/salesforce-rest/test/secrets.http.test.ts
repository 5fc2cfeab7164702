import { accounts, type PromiseWorld, run, startWorld, stopWorlds } from './promise-world.js';

let world: PromiseWorld;
afterEach(stopWorlds);

async function start(...options: Parameters<typeof PromiseWorld.start>): Promise<PromiseWorld> {
  world = await startWorld(...options);
  return world;
}

describe('secrets', () => {
  test('are in no event, finding, log or error, whatever fails', async () => {
    const { org, logged } = await start();
    const begun = world;
    const refresh = { grantType: 'refreshToken', refreshToken: org.refreshToken };
    const ways = [
      { connect: () => begun.connect(), own: [org.password + org.securityToken] },
      { connect: () => begun.connectByOAuth(), own: [org.clientSecret] },
      { connect: () => begun.connectByOAuth(refresh), own: [org.clientSecret, org.refreshToken] },
    ];
    const seen: unknown[] = [];
    for (const { connect, own } of ways) {
      for (const action of [
        { action: 'lose' },
        { action: 'garbage' },
        { action: 'error', status: 400, errorCode: 'INVALID_FIELD', message: `echo ${own.join(' and ')}` },
      ] as const) {
        for (const kind of ['login', 'token', 'create', 'describe'] as const) {
          const connection = await connect();
          const fault = org.faults.add({ kind, ...action });
          seen.push(await run(connection, 'create', accounts(2)), await connection.test());
          org.faults.remove(fault);
          await connection.close();
        }
      }
      seen.push(await run(await connect(), 'create', accounts(2)));
    }

    const all = JSON.stringify(seen) + logged.join('\n');
    const secrets = [org.password, org.securityToken, org.clientSecret, org.refreshToken];
    for (const secret of [...secrets, `${org.organizationId.slice(0, 15)}!`]) {
      for (const form of [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64'),
        secret.replace('&', '&amp;').replace('<', '&lt;'),
      ]) {
        if (all.includes(form)) throw new Error(`a form of ${secret} is at ${all.indexOf(form)}`);
      }
    }
    expect(logged.length).toBeGreaterThan(10);
  });
});
