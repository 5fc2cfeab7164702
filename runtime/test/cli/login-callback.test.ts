import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LoginCallback } from '#src/cli/login-callback.js';

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('what comes before an address was shown is turned away, and the login goes on', async () => {
  const port = await freePort();
  const callback = await LoginCallback.listen(port, () => undefined);
  const visit = async (query: string) => (await fetch(`http://127.0.0.1:${port}/callback?${query}`)).status;

  const early = await visit('code=evil&state=guess');
  callback.show('https://login.example/authorize?state=own');
  const foreign = await visit('code=evil&state=guess');
  const own = await visit('code=good&state=own');
  const taken = await callback.redirected();
  await callback.close();

  expect([early, foreign, own]).toEqual([404, 404, 200]);
  expect(taken).toEqual({ code: 'good', state: 'own' });
});
