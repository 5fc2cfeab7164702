import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

const op = { operation: 'createTree', objectType: 'Account', properties: {} } as const;
const contact = (ref: string, email = 'a@b.co') =>
  `<records type="Contact" referenceId="${ref}"><LastName>${ref}</LastName><Email>${email}</Email></records>`;
const tree = (ref: string, ...children: readonly string[]) =>
  `<SObjectTreeRequest><records type="Account" referenceId="${ref}"><Name>${ref}</Name>${children.length === 0 ? '' : `<Contacts>${children.join('')}</Contacts>`}</records></SObjectTreeRequest>`;
const written = () => world.org.ledger.entries;

describe('create tree', () => {
  test("sends the document unchanged and gives the service's answer", async () => {
    const body = `<?xml version="1.0"?>\n<!-- c -->${tree('a', contact('b'), contact('c'))}`;

    const { results } = await run(
      await world.connect(),
      { ...op, properties: { assignmentRuleId: 'FALSE' } },
      bodies(body),
    );

    const request = world.org.requests.entries.find(({ kind }) => kind === 'tree');
    expect(request).toMatchObject({ body, method: 'POST', path: '/services/data/v64.0/composite/tree/Account' });
    expect(request?.headers['sforce-auto-assign']).toBe('FALSE');
    expect(results[0]).toMatchObject({ status: 'success', code: '201', mediaType: 'application/xml' });
    expect(
      [...String(results[0]?.body).matchAll(/<id>(\w+)<\/id><referenceId>(\w+)/g)].map(([, id, ref]) => [ref, id]),
    ).toEqual(written().map(({ id }, index) => ['abc'[index], id]));
  });

  test("Q13: a refused tree keeps the service's body, every error with its record", async () => {
    const { results } = await run(
      await world.connect(),
      op,
      bodies(tree('a', contact('b', '123'), contact('c'), contact('d', '456')), tree('e')),
    );

    expect(results.map(({ status }) => status)).toEqual(['applicationError', 'success']);
    expect(results[0]).toMatchObject({
      code: 'INVALID_EMAIL_ADDRESS',
      message:
        'INVALID_EMAIL_ADDRESS: record b: Email: invalid email address: 123; INVALID_EMAIL_ADDRESS: record d: Email: invalid email address: 456',
      mediaType: 'application/xml',
      error: { category: 'validation', effect: 'none', step: 'create tree', path: 'b/Email' },
    });
    expect(results[0]?.body).toMatch(
      /<SObjectTreeResponse [^>]*><hasErrors>true<\/hasErrors><results><errors>.*<referenceId>b<\/referenceId><\/results><results>.*<referenceId>d<\/referenceId><\/results><\/SObjectTreeResponse>$/,
    );
    expect(written()).toHaveLength(1);
  });

  test.each([
    [
      'an unknown type',
      '<SObjectTreeRequest><records type="Nope" referenceId="a"/></SObjectTreeRequest>',
      'INVALID_TYPE',
    ],
    [
      'another root',
      '<Tree><records type="Account" referenceId="a"><Name>a</Name></records></Tree>',
      'XML_PARSER_ERROR',
    ],
    ['no record', '<SObjectTreeRequest/>', 'REQUIRED_FIELD_MISSING'],
    ['a reference id twice', tree('a', contact('a')), 'INVALID_INPUT'],
  ])('%s is refused with the code of the service', async (_what, body, code) => {
    const { results } = await run(await world.connect(), op, bodies(body));

    expect(results[0]).toMatchObject({ status: 'applicationError', code });
    expect(results[0]?.body).toContain(code);
    expect(written()).toEqual([]);
  });

  test('a malformed document is refused alone and unsent', async () => {
    const { results } = await run(await world.connect(), op, bodies('<SObjectTreeRequest>', tree('a')));

    expect(results.map(({ status }) => status)).toEqual(['applicationError', 'success']);
    expect(world.org.requests.count('tree')).toBe(1);
  });

  test.each([
    ['xml', `${tree('a').replace('</SObjectTreeRequest>', '<Record/></SObjectTreeRequest>')}`, 'Record'],
    [
      'xml',
      tree('a', contact('b'))
        .replaceAll('records type="Contact"', 'Records type="Contact"')
        .replace('</records></Contacts>', '</Records></Contacts>'),
      'Records',
    ],
    ['json', '{"records":[{"attributes":{"type":"Account","referenceId":"a"},"Name":"a"}],"Record":[]}', 'Record'],
    [
      'json',
      '{"records":[{"attributes":{"type":"Account","referenceId":"a"},"Name":"a","Contacts":{"Records":[]}}]}',
      'Records',
    ],
  ])(
    'a tree in %s with something where its records should be is refused, unsent: %s',
    async (payloadFormat, body, path) => {
      const { results } = await run(await world.connect(), { ...op, properties: { payloadFormat } }, bodies(body));

      expect(results).toMatchObject([{ status: 'applicationError', error: { code: 'DOCUMENT_NOT_A_TREE', path } }]);
      expect(world.org.requests.count('tree')).toBe(0);
    },
  );

  test('an answer that was lost is unknown, and the tree is not sent again', async () => {
    const connection = await world.connect();
    world.org.faults.add({ kind: 'tree', action: 'lose' });

    const { results } = await run(connection, op, bodies(tree('a', contact('b'))));

    expect(results[0]?.status).toBe('unknown');
    expect(written()).toHaveLength(2);
  });

  test.each(['dropResult', 'repeatResult'] as const)('an answer spoilt by %s is unknown', async (action) => {
    world.org.faults.add({ kind: 'tree', action });

    const { results } = await run(await world.connect(), op, bodies(tree('a', contact('b'))));

    expect(results[0]).toMatchObject({
      status: 'unknown',
      error: { category: 'protocol', code: 'ANSWER_UNEXPECTED', effect: 'unknown' },
    });
    expect(written()).toHaveLength(2);
  });

  test('an answer in another order is a success, for each record is named', async () => {
    world.org.faults.add({ kind: 'tree', action: 'permuteResults' });

    const { results } = await run(await world.connect(), op, bodies(tree('a', contact('b'))));

    expect(results[0]?.status).toBe('success');
  });

  test('a tree that meets a locked row goes again, and is made once', async () => {
    world.org.locks.add({ nth: 2 });

    const { results } = await run(await world.connect(), op, bodies(tree('a', contact('b'))));

    expect(results[0]?.status).toBe('success');
    expect(world.org.requests.count('tree')).toBe(2);
    expect(written()).toHaveLength(2);
  });

  test('a document that is a stream is sent once and checked all the same', async () => {
    async function* stream() {
      yield Buffer.from(tree('a', contact('b')).slice(0, 60));
      yield Buffer.from(tree('a', contact('b')).slice(60));
    }

    const { results } = await run(await world.connect(), op, [{ body: stream() }]);

    expect(results[0]?.status).toBe('success');
  });
});

describe('create tree in JSON', () => {
  const inJson = { ...op, properties: { payloadFormat: 'json' } };
  const leaf = (ref: string, Email: string) => ({
    attributes: { type: 'Contact', referenceId: ref },
    LastName: ref,
    Email,
  });
  const jsonTree = (...records: readonly object[]) =>
    JSON.stringify({
      records: [{ attributes: { type: 'Account', referenceId: 'a' }, Name: 'a', Contacts: { records } }],
    });
  const documents = (body: string) => [{ body, mediaType: 'application/json' }];

  test("sends the document unchanged and gives the service's answer", async () => {
    const body = ` ${jsonTree(leaf('b', 'a@b.co'))}`;

    const { results } = await run(await world.connect(), inJson, documents(body));

    expect(world.org.requests.entries.find(({ kind }) => kind === 'tree')?.body).toBe(body);
    expect(results[0]).toMatchObject({ status: 'success', code: '201', mediaType: 'application/json' });
    expect(JSON.parse(String(results[0]?.body)).results).toEqual(
      written().map(({ id }, index) => ({ referenceId: 'ab'[index], id })),
    );
  });

  test("Q13: a refused tree keeps the service's body, every error with its record", async () => {
    const { results } = await run(
      await world.connect(),
      inJson,
      documents(jsonTree(leaf('b', '1'), leaf('c', 'a@b.co'), leaf('d', '2'))),
    );

    expect(results[0]).toMatchObject({
      status: 'applicationError',
      code: 'INVALID_EMAIL_ADDRESS',
      message: expect.stringMatching(/record b: .*; INVALID_EMAIL_ADDRESS: record d: /),
      error: { path: 'b/Email' },
    });
    expect(JSON.parse(String(results[0]?.body))).toMatchObject({
      hasErrors: true,
      results: [{ referenceId: 'b' }, { referenceId: 'd' }],
    });
    expect(written()).toEqual([]);
  });

  test.each(['dropResult', 'repeatResult'] as const)('an answer spoilt by %s is unknown', async (action) => {
    world.org.faults.add({ kind: 'tree', action });

    const { results } = await run(await world.connect(), inJson, documents(jsonTree(leaf('b', 'a@b.co'))));

    expect(results[0]?.status).toBe('unknown');
  });
});
