import { parseXml } from '#src/xml/xml-tree.js';
import { RawService, xml } from '../../raw-service.js';
import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';

let world: RunningOrg;
afterEach(() => world.stop());

const query = (properties: Record<string, unknown>, objectType = 'Account') =>
  ({ operation: 'query', objectType, properties: properties as never }) as const;
const texts = (outputs: readonly { readonly body: unknown }[]) => outputs.map(({ body }) => String(body));

describe('a query', () => {
  test('gives every record of every page, in order, each well-formed by itself', async () => {
    world = await runOrg({ accounts: 450, pageSize: 100 });
    const connection = await world.connect();

    const { outputs, summary, results } = await run(
      connection,
      query({ fields: ['Id', 'Name', 'Phone', 'Owner/Name'], sort: [{ field: 'Id' }] }),
    );

    expect(outputs).toHaveLength(450);
    const ids = texts(outputs).map((text) => parseXml(text).children[0]?.text);
    expect(ids).toEqual(world.org.records('Account').map(({ Id }) => Id));
    expect(results).toEqual([
      { type: 'result', inputs: ['doc-1'], status: 'success', code: '200', message: 'success' },
    ]);
    expect(summary).toMatchObject({ complete: true, outputs: 450 });
    expect(world.org.requests.counts()).toEqual({ login: 1, describe: 2, query: 1, nextPage: 4 });
  });

  test('reads lists of child records to their end before it gives their record', async () => {
    world = await runOrg({ accounts: 2, childPageSize: 3 });
    const [account] = world.org.records('Account');
    for (let i = 0; i < 20; i += 1) world.org.insert('Contact', { LastName: `C${i}`, AccountId: account?.['Id'] });
    const connection = await world.connect();

    const { outputs } = await run(
      connection,
      query({ fields: ['Id', 'Contacts/records/LastName', 'Contacts/records/Owner/Name'] }),
    );

    for (const text of texts(outputs)) {
      const record = parseXml(text);
      const id = record.children.find(({ name }) => name === 'Id')?.text;
      const list = record.children.find(({ name }) => name === 'Contacts');
      const expected = world.org.records('Contact').filter(({ AccountId }) => AccountId === id);
      const names = (list?.children ?? [])
        .filter(({ name }) => name === 'records')
        .map((child) => child.children[0]?.text);
      expect(names).toEqual(expected.map(({ LastName }) => LastName));
      if (expected.length > 0) expect(list?.children[0]).toMatchObject({ name: 'done', text: 'true' });
      expect(text).not.toContain('nextRecordsUrl');
    }
    expect(world.org.requests.count('nextPage')).toBeGreaterThan(5);
  });

  test('without fields reads all fields of the object itself', async () => {
    world = await runOrg({ accounts: 1 });

    const { outputs } = await run(await world.connect(), query({}));

    expect(texts(outputs)[0]).toMatch(/<Custom_Score__c.*<SystemModstamp>/);
  });

  test('asks with page size, deleted records and headers of the user', async () => {
    world = await runOrg({ accounts: 3 });
    const connection = await world.connect();

    await run(
      connection,
      query({ fields: ['Id'], pageSize: 200, includeDeleted: true, restHeaders: { 'X-Team': 'a' } }),
    );

    const request = world.org.requests.entries.find(({ kind }) => kind === 'query');
    expect(request?.path).toBe('/services/data/v64.0/queryAll?q=SELECT%20Id%20FROM%20Account');
    expect(request?.headers).toMatchObject({
      accept: 'application/xml',
      'sforce-query-options': 'batchSize=200',
      'x-team': 'a',
    });
  });

  test('takes values of its filter from the document, JSON or XML', async () => {
    world = await runOrg({ accounts: 5 });
    world.org.insert('Account', { Name: `O'Neil \\ "Sons"\n& Co` });
    const filter = { field: 'Name', operator: 'EQUALS', value: { $property: 'name' } };
    const documents = [
      { body: { name: `O'Neil \\ "Sons"\n& Co` } },
      { body: '<v><name>O\'Neil \\ "Sons"\n&amp; Co</name></v>' },
      { body: { name: "' OR Name != '" } },
      { body: { other: 1 } },
    ];

    const { outputs, results } = await run(await world.connect(), query({ fields: ['Id'], filter }), documents);

    expect(outputs.map(({ inputs }) => inputs[0])).toEqual(['doc-1', 'doc-2']);
    expect(results.map(({ status }) => status)).toEqual(['success', 'success', 'success', 'applicationError']);
    expect(results[3]?.error).toMatchObject({ code: 'FILTER_VALUE_MISSING' });
  });

  test.each([
    ['Big__c', '{"v":9007199254740993}', '9007199254740993'],
    ['Big__c', '{"v":-12}', '-12'],
    ['Name', '{"v":1.10}', "'1.10'"],
    ['Name', '{"v":"9007199254740993 \\" 1.10"}', `'9007199254740993 \\" 1.10'`],
    ['Name', '{"other":[1,"2"],"v":0}', "'0'"],
    ['Big__c', '{"v":1e2}', '100'],
  ])('compares %s with a value of %s as it is written', async (field, body, literal) => {
    world = await runOrg();
    const service = await RawService.start(({ path }) =>
      path.includes('/query') ? xml('<QueryResult><done>true</done><totalSize>0</totalSize></QueryResult>') : 'default',
    );
    const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });
    const filter = { field, operator: 'EQUALS', value: { $property: 'v' } };

    await run(connection, query({ fields: ['Id'], filter }), [{ body, mediaType: 'application/json' }]);
    await service.stop();

    const sent = service.requests.at(-1)?.path ?? '';
    expect(decodeURIComponent(sent)).toMatch(/WHERE/);
    expect(decodeURIComponent(sent).split(' = ')[1]).toBe(literal);
  });

  test('has a limit of its own per document', async () => {
    world = await runOrg({ accounts: 10 });
    const documents = [{ body: '', properties: { limit: 2 } }, { body: '' }];

    const { outputs } = await run(await world.connect(), query({ fields: ['Id'], limit: 3 }), documents);

    expect(outputs.map(({ inputs }) => inputs[0])).toEqual(['doc-1', 'doc-1', 'doc-2', 'doc-2', 'doc-2']);
  });

  test.each([
    [{ fields: ['Nam'] }, 'Account', 'FIELD_UNKNOWN', '/fields/0', 'did you mean Name?'],
    [{ fields: ['Ownr/Name'] }, 'Account', 'FIELD_UNKNOWN', '/fields/0', 'did you mean Owner?'],
    [{ fields: ['Owner.Email'] }, 'Account', 'FIELD_UNKNOWN', '/fields/0', 'with / between: Owner/Email'],
    [{ fields: ['Contacts/Name'] }, 'Account', 'FIELD_UNKNOWN', '/fields/0', 'did you mean Contacts/records/Name?'],
    [{ fields: ['Owner/Emial'] }, 'Account', 'FIELD_UNKNOWN', '/fields/0', 'did you mean Email?'],
    [{ fields: ['Contact/records/Name'] }, 'Account', 'FIELD_UNKNOWN', '/fields/0', 'did you mean Contacts?'],
    [
      { fields: ['Id'], filter: { or: [{ field: 'Phon', operator: 'EQUALS', value: '1' }] } },
      'Account',
      'FIELD_UNKNOWN',
      '/filter/or/0/field',
      'did you mean Phone?',
    ],
    [{ fields: ['Id'], sort: [{ field: 'Nmae' }] }, 'Account', 'FIELD_UNKNOWN', '/sort/0/field', 'did you mean Name?'],
    [{ fields: ['Id'] }, 'Acount', 'OBJECT_TYPE_UNKNOWN', undefined, 'did you mean Account?'],
    [
      { fields: ['Id'], restHeaders: { Authorization: 'x' } },
      'Account',
      'HEADER_RESERVED',
      '/restHeaders/Authorization',
      'Authorization',
    ],
  ])('%j on %s is refused before a query is sent', async (properties, objectType, code, path, text) => {
    world = await runOrg();

    const { summary } = await run(await world.connect(), query(properties, objectType));

    expect(summary.error).toMatchObject({ category: 'config', code });
    expect(summary.error?.path).toBe(path);
    expect(summary.error?.message).toContain(text);
    expect(world.org.requests.count('query')).toBe(0);
  });

  test('that is too long as an address is refused before it is sent', async () => {
    world = await runOrg();
    const filter = {
      field: 'Name',
      operator: 'IN_LIST',
      value: Array.from({ length: 400 }, (_unused, i) => `name ${i} that is rather long, so to say`),
    };

    const { results } = await run(await world.connect(), query({ fields: ['Id'], filter }));

    expect(results[0]).toMatchObject({
      status: 'applicationError',
      error: { code: 'SOQL_TOO_LONG', category: 'tooLarge' },
    });
    expect(world.org.requests.count('query')).toBe(0);
  });

  test('is logged only where that is asked for', async () => {
    const lines: string[] = [];
    const logged = (data: object, message: string) => void lines.push(`${message} ${JSON.stringify(data)}`);
    world = await runOrg({}, { logger: { debug: logged, info: logged, warn: logged, error: logged } });
    const connection = await world.connect();

    await run(connection, query({ fields: ['Id'] }));
    expect(lines.join('\n')).not.toContain('SELECT');
    await run(connection, query({ fields: ['Id'], logSoql: true }));

    expect(lines.join('\n')).toContain('SOQL: SELECT Id FROM Account');
  });
});

describe('the pages of a list', () => {
  const record = (id: number, inside = '') => `<records><Id>${id}</Id>${inside}</records>`;
  const list = (done: boolean, total: number, inside: string, next = '') =>
    `<done>${done}</done>${next === '' ? '' : `<nextRecordsUrl>/services/data/${next}</nextRecordsUrl>`}${inside}<totalSize>${total}</totalSize>`;
  const children = (inside: string) => record(1, `<Contacts type="QueryResult">${inside}</Contacts>`);
  const parent = (total: number, next: string) =>
    list(true, 1, children(list(false, total, record(2) + record(3), next)));
  const first = list(false, 6, record(1) + record(2), 'v64.0/query/c-2');

  test.each<[string, readonly string[], number, string]>([
    ['of which a later one counts fewer', [first, list(true, 4, record(3) + record(4))], 2, 'PAGES_INCOMPLETE'],
    [
      'of which a later one counts more',
      [first, list(false, 8, record(3) + record(4), 'v64.0/query/c-3')],
      2,
      'PAGES_INCOMPLETE',
    ],
    [
      'that bring more than was counted',
      [
        list(false, 3, record(1) + record(2), 'v64.0/query/c-2'),
        list(false, 3, record(3) + record(4), 'v64.0/query/c-3'),
      ],
      2,
      'PAGES_INCOMPLETE',
    ],
    [
      'of which one that is not the last is empty',
      [first, list(false, 6, '', 'v64.0/query/c-3')],
      2,
      'PAGES_INCOMPLETE',
    ],
    [
      'of which one is named again in another spelling',
      [first, list(false, 6, record(3) + record(4), 'v64.0/./query/c-2')],
      2,
      'CURSOR_REPEATED',
    ],
    [
      'of which the first is named again',
      [
        list(
          false,
          6,
          record(1) + record(2),
          `v64.0/query?q=${encodeURIComponent('SELECT Id,(SELECT Id FROM Contacts) FROM Account')}`,
        ),
      ],
      1,
      'CURSOR_REPEATED',
    ],
    [
      'of child records that are fewer than counted',
      [parent(4, 'v64.0/query/k-2'), list(true, 4, record(4))],
      2,
      'PAGES_INCOMPLETE',
    ],
    [
      'of child records that are more than counted',
      [parent(3, 'v64.0/query/k-2'), list(false, 3, record(4) + record(5), 'v64.0/query/k-3')],
      2,
      'PAGES_INCOMPLETE',
    ],
    [
      'of child records of which a later one counts otherwise',
      [parent(4, 'v64.0/query/k-2'), list(true, 3, record(4))],
      2,
      'PAGES_INCOMPLETE',
    ],
    [
      'of child records of which one that is not the last is empty',
      [parent(4, 'v64.0/query/k-2'), list(false, 4, '', 'v64.0/query/k-3')],
      2,
      'PAGES_INCOMPLETE',
    ],
  ])('%s end the read with a protocol error', async (_what, pages, asked, code) => {
    world = await runOrg();
    let count = 0;
    const service = await RawService.start(({ path }) => {
      if (!path.includes('/query')) return 'default';
      count += 1;
      return xml(`<QueryResult>${pages[count - 1] ?? list(true, 0, '')}</QueryResult>`);
    });
    const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });

    const { results } = await run(connection, query({ fields: ['Id', 'Contacts/records/Id'] }), bodies(''));
    await service.stop();

    expect(results[0]).toMatchObject({ status: 'failure', error: { category: 'protocol', code } });
    expect(count).toBe(asked);
  });
});

test.each([
  ['in its declaration', '<?xml version="1.0" encoding="ISO-8859-1"?>', 'application/xml'],
  ['in its content type', '', 'application/xml;charset=ISO-8859-1'],
])(
  'a page that declares another encoding %s is a protocol error, though it can be read as UTF-8',
  async (_where, head, type) => {
    world = await runOrg();
    const body = `${head}<QueryResult><done>true</done><records><Name>café</Name></records><totalSize>1</totalSize></QueryResult>`;
    world.org.faults.add({ kind: 'query', action: 'answer', status: 200, contentType: type, body });

    const { results, outputs } = await run(await world.connect(), query({ fields: ['Name'] }), bodies(''));

    expect(results[0]).toMatchObject({ status: 'failure', error: { category: 'protocol', code: 'ANSWER_UNEXPECTED' } });
    expect(results[0]?.message).toContain('ISO-8859-1');
    expect(outputs).toEqual([]);
  },
);

describe('a read is a protocol error, never a shortfall,', () => {
  const page = (inside: string) =>
    ({
      action: 'answer',
      status: 200,
      contentType: 'application/xml',
      body: `<QueryResult>${inside}</QueryResult>`,
      times: Infinity,
    }) as const;
  const cursor = '<nextRecordsUrl>/services/data/v64.0/query/01g-2</nextRecordsUrl>';

  test.each([
    ['a cursor comes again', page(`<done>false</done>${cursor}<records/><totalSize>9</totalSize>`), 'CURSOR_REPEATED'],
    [
      'a cursor leads to another origin',
      page(
        '<done>false</done><nextRecordsUrl>//evil.test/services/data/v64.0/query/x</nextRecordsUrl><records/><totalSize>9</totalSize>',
      ),
      'CURSOR_FOREIGN',
    ],
    ['there is more, but nowhere', page('<done>false</done><records/><totalSize>9</totalSize>'), 'PAGE_UNREADABLE'],
    [
      'fewer records come than are counted',
      page('<done>true</done><records/><totalSize>2</totalSize>'),
      'PAGES_INCOMPLETE',
    ],
    [
      'a page is not well-formed',
      page('<done>true</done><records><a></records><totalSize>1</totalSize>'),
      'PAGE_UNREADABLE',
    ],
    [
      'a page is HTML',
      { action: 'answer', status: 200, contentType: 'text/html', body: '<html/>', times: Infinity } as const,
      'ANSWER_UNEXPECTED',
    ],
  ])('where %s', async (_what, fault, code) => {
    world = await runOrg();
    world.org.faults.add({ kind: ['query', 'nextPage'], ...fault });

    const { results, summary } = await run(await world.connect(), query({ fields: ['Id'] }), bodies(''));

    expect(results[0]).toMatchObject({ status: 'failure', error: { category: 'protocol', code } });
    expect(summary.complete).toBe(summary.outputs === 0);
  });
});
