import { parseXml } from '#src/xml/xml-tree.js';
import { RawService, xml } from '../../raw-service.js';
import { type RunningOrg, run, runOrg } from '../../running-org.js';
import { query } from './rest-runs.js';

let world: RunningOrg;
afterEach(() => world.stop());

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

  test('reads and filters by the object type of a parent that may be of several', async () => {
    world = await runOrg();
    const contact = world.org.insert('Contact', { LastName: 'C' });
    const lead = world.org.insert('Lead', { LastName: 'L', Company: 'C' });
    for (const WhoId of [contact, lead, null]) world.org.insert('Task', { Subject: 'typed', WhoId });
    const own = { field: 'Subject', operator: 'EQUALS', value: 'typed' };
    const ofContacts = { field: 'who/type', operator: 'EQUALS', value: 'Contact' };
    const properties = { fields: ['Subject', 'Who/Type'], sort: [{ field: 'Who/Type' }], payloadFormat: 'json' };
    const connection = await world.connect();
    const typesOf = async (filter: object) =>
      texts((await run(connection, query({ ...properties, filter }, 'Task'))).outputs).map(
        (text) => JSON.parse(text).Who?.Type,
      );

    expect(await typesOf(own)).toEqual([undefined, 'Contact', 'Lead']);
    expect(await typesOf({ and: [own, ofContacts] })).toEqual(['Contact']);
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
    [
      { fields: ['CreatedBy/Type'] },
      'Task',
      'FIELD_UNKNOWN',
      '/fields/0',
      'Type (in CreatedBy/Type) is no field of User',
    ],
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
