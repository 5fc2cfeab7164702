import { type Json, OrgClient, V, XML_BODY } from '../org-client.js';

let client: OrgClient;
const TREE = `${V}/composite/tree/Account`;

beforeEach(async () => {
  client = await OrgClient.start({ accounts: 1 });
});
afterEach(() => client.close());

const node = (referenceId: string | undefined, fields: object, type = 'Account') => ({
  attributes: { type, ...(referenceId !== undefined && { referenceId }) },
  ...fields,
});
const contact = (referenceId: string, fields: object = {}) =>
  node(referenceId, { LastName: referenceId, ...fields }, 'Contact');
const list = (...records: readonly object[]) => ({ records });
const send = (...records: readonly object[]) => client.send('POST', TREE, { records });

test('a tree is made level by level, children below their parents', async () => {
  const { status, json } = await send(
    node('ref1', { Name: 'one', Contacts: list(contact('ref2'), contact('ref3')) }),
    node('ref4', { Name: 'two' }),
  );

  expect(status).toBe(201);
  expect(json.hasErrors).toBe(false);
  expect(json.results.map((result: Json) => result.referenceId)).toEqual(['ref1', 'ref4', 'ref2', 'ref3']);
  const made = client.org.ledger.entries;
  expect(json.results.map((result: Json) => result.id)).toEqual(made.map(({ id }) => id));
  expect(made.map(({ fields }) => fields['AccountId'])).toEqual([undefined, undefined, made[0]?.id, made[0]?.id]);
});

test('one refused record undoes the whole tree, and only what failed is told', async () => {
  const { status, json } = await send(
    node('ref1', { Name: 'one', Contacts: list(contact('ref2', { Email: '123' }), contact('ref3')) }),
  );

  expect(status).toBe(400);
  expect(json).toEqual({
    hasErrors: true,
    results: [
      {
        referenceId: 'ref2',
        errors: [
          { statusCode: 'INVALID_EMAIL_ADDRESS', message: 'Email: invalid email address: 123', fields: ['Email'] },
        ],
      },
    ],
  });
  expect(client.org.ledger.entries).toEqual([]);
  expect(client.org.records('Account')).toHaveLength(1);
});

test('XML in gives XML out', async () => {
  const record = (ref: string, email: string) =>
    `<records type="Account" referenceId="a${ref}"><name>n</name><Contacts><records type="Contact" referenceId="c${ref}"><lastname>l</lastname><email>${email}</email></records></Contacts></records>`;

  const good = await client.send(
    'POST',
    TREE,
    `<SObjectTreeRequest>${record('1', 'a@b.co')}</SObjectTreeRequest>`,
    XML_BODY,
  );
  const bad = await client.send(
    'POST',
    TREE,
    `<SObjectTreeRequest>${record('2', '123')}</SObjectTreeRequest>`,
    XML_BODY,
  );

  const [account, made] = client.org.ledger.entries;
  expect(good.status).toBe(201);
  expect(good.text).toMatch(/<SObjectTreeResponse [^>]*><hasErrors>false<\/hasErrors>/);
  expect(good.text).toContain(
    `<results><id>${account?.id}</id><referenceId>a1</referenceId></results><results><id>${made?.id}</id><referenceId>c1</referenceId></results>`,
  );
  expect(bad.status).toBe(400);
  expect(bad.text).toContain(
    '<hasErrors>true</hasErrors><results><errors><fields>Email</fields><message>Email: invalid email address: 123</message><statusCode>INVALID_EMAIL_ADDRESS</statusCode></errors><referenceId>c2</referenceId></results>',
  );
  expect(client.org.ledger.entries).toHaveLength(2);
});

test.each([
  [
    'a missing reference id',
    [node(undefined, { Name: 'a' })],
    'Include a reference ID for each record in the request.',
  ],
  [
    'a reference id that is there twice',
    [node('r', { Name: 'a', Contacts: list(contact('r')) })],
    'Duplicate ReferenceId provided in the request.',
  ],
  [
    'a reference id that begins with a sign',
    [node('-r', { Name: 'a' })],
    'A reference ID must start with an alphanumeric character.',
  ],
])('%s refuses the tree', async (_case, records, message) => {
  const { status, json } = await send(...records);

  expect([status, json.hasErrors]).toEqual([400, true]);
  expect(json.results[0].errors).toMatchObject([{ statusCode: 'INVALID_INPUT', message }]);
  expect(client.org.ledger.entries).toEqual([]);
});

function deep(levels: number, at = 1): object {
  return node(`l${at}`, { Name: 'n', ...(at < levels && { ChildAccounts: list(deep(levels, at + 1)) }) });
}

test('five levels are taken, the sixth is refused', async () => {
  expect((await send(deep(5))).status).toBe(201);
  expect(await send(deep(6))).toMatchObject({ status: 400, json: [{ errorCode: 'INVALID_INPUT' }] });
});

test('200 records are taken, one more is refused', async () => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => node(`r${at}`, { Name: 'n' }));

  expect((await send(...many(200))).status).toBe(201);
  expect((await send(...many(201))).status).toBe(400);
});

test.each([
  ['another root type', [node('r', { LastName: 'a' }, 'Contact')], 'INVALID_INPUT'],
  ['no records', [], 'REQUIRED_FIELD_MISSING'],
  ['an unknown type', [node('r', {}, 'Nope')], 'INVALID_TYPE'],
])('%s is refused as a whole', async (_case, records, errorCode) => {
  expect(await send(...records)).toMatchObject({ status: 400, json: [{ errorCode }] });
});

test('a list that the parent does not have is refused', async () => {
  const { json } = await send(node('r', { Name: 'a', Nope: list(contact('c')) }));

  expect(json.results).toMatchObject([{ referenceId: 'c', errors: [{ statusCode: 'INVALID_FIELD' }] }]);
  expect(client.org.ledger.entries).toEqual([]);
});
