import { OrgClient, V } from '../org-client.js';

let client: OrgClient;

beforeEach(async () => {
  client = await OrgClient.start({ accounts: 3 });
});
afterEach(() => client.close());

const control = (method: string, path: string, body?: object) =>
  client.send(method, `/__org/${path}`, body, { authorization: '' });

test('the ledger is read over HTTP without a session', async () => {
  const id = client.org.insert('Account', { Name: 'a' });

  const { json } = await control('GET', 'ledger');

  expect(json).toEqual({
    logins: 1,
    requests: 1,
    rowsServed: 0,
    counts: { create: 1, update: 0, delete: 0 },
    entries: [
      {
        sequence: 1,
        request: 0,
        action: 'create',
        objectType: 'Account',
        id,
        fields: { Name: 'a' },
        given: { Name: 'a' },
      },
    ],
  });
});

test('the requests are read over HTTP, and controls are not among them', async () => {
  await client.get(V);
  await control('GET', 'ledger');

  const { json } = await control('GET', 'requests');

  expect(json).toMatchObject({ total: 2, counts: { token: 1, resources: 1 } });
});

test('a fault is planted and removed over HTTP', async () => {
  const planted = await control('POST', 'faults', { kind: 'resources', times: 0, action: 'answer', status: 503 });
  const during = [(await client.get(V)).status, (await client.get(V)).status];
  const removed = await control('DELETE', 'faults');
  const after = await client.get(V);

  expect([planted.status, planted.json]).toEqual([201, { id: 1 }]);
  expect(during).toEqual([503, 503]);
  expect([removed.status, after.status]).toEqual([204, 200]);
});

test('a held request is released over HTTP', async () => {
  const { json } = await control('POST', 'faults', { kind: 'resources', action: 'hold' });
  const answer = client.get(V);

  const released = await control('POST', `faults/${json.id}/release`);

  expect([released.status, (await answer).status]).toEqual([204, 200]);
});

test('sessions are ended over HTTP', async () => {
  await control('POST', 'expire-sessions');

  expect((await client.get(V)).status).toBe(401);
});

test.each([
  ['an unknown control', 'GET', 'nothing', undefined, 404],
  ['a fault without an action', 'POST', 'faults', {}, 400],
  ['a fault that is not there', 'POST', 'faults/9/release', undefined, 404],
])('%s is refused', async (_case, method, path, body, status) => {
  expect((await control(method, path, body)).status).toBe(status);
});
