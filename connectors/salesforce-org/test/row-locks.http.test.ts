import { type Json, OrgClient, V } from './org-client.js';

let client: OrgClient;
beforeEach(async () => {
  client = await OrgClient.start({ accounts: 1 });
});
afterEach(() => client.close());

const create = (...names: readonly string[]) =>
  client.send('POST', `${V}/composite/sobjects`, {
    records: names.map((Name) => ({ attributes: { type: 'Account' }, Name })),
  });
const codes = ({ json }: Json) => json.map((result: Json) => result.errors[0]?.statusCode ?? 'ok');

test('the nth write from now on is refused, once', async () => {
  const lock = client.org.locks.add({ nth: 2 });

  const first = await create('a', 'b', 'c');
  const again = await create('b');

  expect([codes(first), codes(again)]).toEqual([['ok', 'UNABLE_TO_LOCK_ROW', 'ok'], ['ok']]);
  expect(lock.acted).toBe(1);
  expect(client.org.ledger.entries.map(({ fields }) => fields['Name'])).toEqual(['a', 'c', 'b']);
});

test('a locked record is neither changed nor deleted, nor its children made, until the lock is removed', async () => {
  const id = client.org.insert('Account', { Name: 'a' });
  const lock = client.org.locks.add({ id, times: Number.POSITIVE_INFINITY });
  const attempts = async () => [
    await client.send('PATCH', `${V}/sobjects/Account/${id}`, { Name: 'b' }),
    await client.send('POST', `${V}/sobjects/Contact`, { LastName: 'c', AccountId: id }),
    await client.send('DELETE', `${V}/sobjects/Account/${id}`),
  ];

  const locked = await attempts();
  client.org.locks.remove(lock);
  const free = await attempts();

  expect(locked.map(({ status, json }) => [status, json[0].errorCode])).toEqual([
    [400, 'UNABLE_TO_LOCK_ROW'],
    [400, 'UNABLE_TO_LOCK_ROW'],
    [400, 'UNABLE_TO_LOCK_ROW'],
  ]);
  expect(locked[0]?.json[0].message).toBe(`unable to obtain exclusive access to this record or 1 records: ${id}`);
  expect(free.map(({ status }) => status)).toEqual([204, 201, 204]);
});

test('a lock is planted and removed over HTTP', async () => {
  const control = (method: string, path: string, body?: object) => client.send(method, `/__org/${path}`, body);
  const planted = await control('POST', 'locks', { times: 0 });
  const locked = await create('a');
  const removed = await control('DELETE', `locks/${planted.json.id}`);

  expect([planted.status, removed.status, (await control('POST', 'locks')).status]).toEqual([201, 204, 400]);
  expect([codes(locked), codes(await create('a'))]).toEqual([['UNABLE_TO_LOCK_ROW'], ['ok']]);
});
