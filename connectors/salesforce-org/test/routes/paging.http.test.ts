import type { SalesforceOrgOptions } from '#src/index.js';
import { type Json, OrgClient, V, XML } from '../org-client.js';

let client: OrgClient;

const start = async (options: SalesforceOrgOptions): Promise<void> => {
  client = await OrgClient.start(options);
};

afterEach(() => client.close());

/** Every page of a query from its first on. */
async function pages(soql: string, headers: Record<string, string> = {}): Promise<Json[]> {
  const all = [(await client.query(soql, headers)).json];
  for (let page = all[0]; page.done === false; all.push(page))
    page = (await client.get(page.nextRecordsUrl, headers)).json;
  return all;
}

test('pages hold 2,000 records by default, and every page tells the whole count', async () => {
  await start({ accounts: 4500 });

  const all = await pages('SELECT Id FROM Account');

  expect(all.map((page) => [page.records.length, page.totalSize, page.done])).toEqual([
    [2000, 4500, false],
    [2000, 4500, false],
    [500, 4500, true],
  ]);
  expect(Object.keys(all[0])).toEqual(['totalSize', 'done', 'nextRecordsUrl', 'records']);
  expect(all[0].nextRecordsUrl).toMatch(/^\/services\/data\/v64\.0\/query\/01g\w{15}-2000$/);
  expect(new Set(all.flatMap((page) => page.records.map((record: Json) => record.Id))).size).toBe(4500);
});

test.each([
  ['batchSize=500', 500],
  ['batchSize=1', 200],
  ['batchSize=9999', 2000],
  ['client=x; batchSize = 300', 300],
])('Sforce-Query-Options %s gives pages of %d', async (header, size) => {
  await start({ accounts: 2100 });

  const [first] = await pages('SELECT Id FROM Account', { 'sforce-query-options': header });

  expect(first.records).toHaveLength(size);
});

test('an org of smaller pages holds every page to them', async () => {
  await start({ accounts: 7, pageSize: 3 });

  const all = await pages('SELECT Id FROM Account', { 'sforce-query-options': 'batchSize=2000' });

  expect(all.map((page) => page.records.length)).toEqual([3, 3, 1]);
});

test('a page in XML names the next one ahead of its records', async () => {
  await start({ accounts: 5, pageSize: 2 });

  const first = await client.query('SELECT Id FROM Account', XML);
  const next = /<done>false<\/done><nextRecordsUrl>([^<]+)<\/nextRecordsUrl><records /.exec(first.text)?.[1] ?? '';
  const second = await client.get(next, XML);

  expect(next).toMatch(/-2$/);
  expect(second.text.match(/<records /g)).toHaveLength(2);
});

test('a page can be read again', async () => {
  await start({ accounts: 5, pageSize: 2 });
  const { nextRecordsUrl } = (await client.query('SELECT Id FROM Account')).json;

  const [once, twice] = [await client.get(nextRecordsUrl), await client.get(nextRecordsUrl)];

  expect(once.text).toBe(twice.text);
});

test('sorted and filtered records page in their order', async () => {
  await start({ accounts: 50, pageSize: 7 });

  const all = await pages("SELECT Name FROM Account WHERE Industry != 'Banking' ORDER BY Name DESC");
  const names = all.flatMap((page) => page.records.map((record: Json) => record.Name.toLowerCase()));

  expect(names).toEqual([...names].toSorted((a, b) => (a < b ? 1 : -1)));
  expect(names).toHaveLength(all[0].totalSize);
});

test('records made after the first page are not in the later ones', async () => {
  await start({ accounts: 5, pageSize: 2 });
  const first = (await client.query('SELECT Id FROM Account')).json;
  client.org.insert('Account', { Name: 'late' });

  const second = (await client.get(first.nextRecordsUrl)).json;

  expect([first.totalSize, second.totalSize]).toEqual([5, 5]);
});

test('a long list of children goes on under a cursor of its own, at any depth', async () => {
  await start({ accounts: 2, childPageSize: 3 });
  const [account] = client.org.records('Account');
  const invoice = client.org.insert('Invoice__c', { Name: 'zz last', Account__c: account?.Id });
  for (let line = 0; line < 8; line++)
    client.org.insert('Invoice_Line__c', { Invoice__c: invoice, Quantity__c: line, Product__c: `p${line}` });

  const soql = `SELECT Id, (SELECT Id, (SELECT Product__c FROM Lines__r) FROM Invoices__r WHERE Id = '${invoice}') FROM Account WHERE Id = '${account?.Id}'`;
  const { json } = await client.query(soql);
  const lines = json.records[0].Invoices__r.records[0].Lines__r;
  const second = (await client.get(lines.nextRecordsUrl)).json;
  const third = (await client.get(second.nextRecordsUrl)).json;

  expect(lines).toMatchObject({ totalSize: 8, done: false });
  expect(lines.records).toHaveLength(3);
  const products = [lines, second, third].flatMap((page) => page.records.map((record: Json) => record.Product__c));
  expect(products).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7']);
  expect(third.done).toBe(true);
});

test('child records count towards the size of a page', async () => {
  await start({ accounts: 10, pageSize: 10 });
  const parents = client.org.records('Account').map((record) => record.Id);
  for (const parent of parents)
    for (let n = 0; n < 3; n++) client.org.insert('Contact', { LastName: `c${n}`, AccountId: parent });

  const all = await pages("SELECT Id, (SELECT Id FROM Contacts WHERE LastName LIKE 'c_') FROM Account");

  expect(all.map((page) => page.records.length)).toEqual([3, 3, 3, 1]);
});

test.each(['01gLo0000000009IAA-2000', 'nonsense', '01gLo0000000009IAA'])('the cursor %s is refused', async (cursor) => {
  await start({ accounts: 1 });

  const { status, json } = await client.get(`${V}/query/${cursor}`);

  expect([status, json[0].errorCode]).toEqual([400, 'INVALID_QUERY_LOCATOR']);
});

test('a cursor ends after two days', async () => {
  let nowMs = 0;
  await start({ accounts: 5, pageSize: 2, now: () => nowMs, sessionSecondsValid: 10_000_000 });
  const { nextRecordsUrl } = (await client.query('SELECT Id FROM Account')).json;

  nowMs += 3 * 86_400_000;
  const { status } = await client.get(nextRecordsUrl);

  expect(status).toBe(400);
});

test('deleted records show in queryAll only, children and their pages included', async () => {
  await start({ accounts: 3, childPageSize: 1 });
  const [account] = client.org.records('Account');
  const id = String(account?.Id);
  for (let n = 0; n < 3; n++) client.org.insert('Contact', { LastName: 'gone', AccountId: id });
  await client.send('DELETE', `${V}/sobjects/Account/${id}`);

  const soql = encodeURIComponent(
    `SELECT IsDeleted, (SELECT LastName FROM Contacts WHERE LastName = 'gone') FROM Account WHERE Id = '${id}'`,
  );
  const live = (await client.get(`${V}/query?q=${soql}`)).json;
  const all = (await client.get(`${V}/queryAll?q=${soql}`)).json;
  const next = (await client.get(all.records[0].Contacts.nextRecordsUrl)).json;

  expect(live.totalSize).toBe(0);
  expect(all.records[0]).toMatchObject({ IsDeleted: true, Contacts: { totalSize: 3, done: false } });
  expect(next.records[0].LastName).toBe('gone');
});

test('a million accounts page through without being held', async () => {
  await start({ accounts: 1_000_000 });
  const first = (await client.query('SELECT Id, Name FROM Account')).json;

  const last = (await client.get(first.nextRecordsUrl.replace('-2000', '-999000'))).json;

  expect(first.totalSize).toBe(1_000_000);
  expect(last).toMatchObject({ done: true, totalSize: 1_000_000 });
  expect(last.records).toHaveLength(1000);
});
