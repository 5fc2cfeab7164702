import type { Json } from '@connector-runtime/core';
import type { LogSink } from '@connector-runtime/runtime';
import { validateXML } from 'xmllint-wasm';
import { PassingClock } from './passing-clock.js';
import { bodies, type RunningOrg, run, runOrg } from './running-org.js';

/** What the original did otherwise, by the numbers of its list of quirks; those of collections, tree, Bulk and SOQL stand beside their operations. */
describe('over an org', () => {
  let world: RunningOrg;
  afterEach(() => world.stop());

  const account = (name: string) => `<records type="Account"><Name>${name}</Name></records>`;
  const create = { operation: 'create', objectType: 'Account' } as const;

  test('Q1: no more requests are under way than `concurrent` says', async () => {
    world = await runOrg();
    const hold = world.org.faults.add({ kind: 'create', times: Number.POSITIVE_INFINITY, action: 'hold' });
    const connection = await world.connect({ concurrent: 2 });

    const running = run(connection, create, bodies(...Array.from({ length: 6 }, (_, n) => account(`Q1 ${n}`))));
    while (world.org.requests.count('create') < 2) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const underway = world.org.requests.count('create');
    hold.release();
    await running;

    expect(underway).toBe(2);
    expect(world.org.records('Account').filter(({ Name }) => String(Name).startsWith('Q1'))).toHaveLength(6);
  });

  test('Q5: every error is told with its code and fields, and all of them', async () => {
    world = await runOrg();
    const errors = [
      { errorCode: 'FIRST_CODE', message: 'one', fields: ['Name'] },
      { errorCode: 'SECOND_CODE', message: 'two', fields: ['Phone', 'Fax'] },
    ];
    world.org.faults.add({
      kind: 'create',
      action: 'answer',
      status: 400,
      contentType: 'application/json',
      body: JSON.stringify(errors),
    });

    const { results } = await run(await world.connect(), create, bodies(account('a')));

    expect(results[0]?.error).toMatchObject({
      code: 'SALESFORCE_FIRST_CODE',
      message: 'FIRST_CODE: one; SECOND_CODE: two',
    });
    expect(String(results[0]?.body)).toContain(
      '<errors><fields>Phone</fields><fields>Fax</fields><message>two</message><statusCode>SECOND_CODE</statusCode></errors>',
    );
  });

  test.each([
    [true, 'query', 'RESTAPI'],
    [false, 'query', 'RESTAPI'],
    [true, 'query', 'BulkAPI2.0'],
    [false, 'query', 'BulkAPI2.0'],
    [true, 'customSoql', 'BulkAPI2.0'],
    [false, 'customSoql', 'BulkAPI2.0'],
  ])(
    'Q6: with logSoql %s the log has the statement, and else not: %s over %s',
    async (logSoql, operation, operationApi) => {
      const logged: string[] = [];
      const note = (data: object, message: string) => void logged.push(`${message} ${JSON.stringify(data)}`);
      const logger: LogSink = { debug: note, info: note, warn: note, error: note };
      world = await runOrg({ accounts: 1 }, { logger });
      const filter = { field: 'Name', operator: 'EQUALS', value: 'hidden-name' };
      const built = operation === 'query' && { fields: ['Id'], filter };
      const polling = operationApi === 'BulkAPI2.0' && { pollInitialMs: 10 };
      const properties = { ...built, ...polling, operationApi, logSoql };

      await run(
        await world.connect(),
        { operation, objectType: 'Account', properties },
        bodies(operation === 'query' ? '' : "SELECT Id FROM Account WHERE Name = 'hidden-name'"),
      );

      expect(logged.some((line) => line.includes('hidden-name'))).toBe(logSoql);
      expect(logged.some((line) => line.includes('/query'))).toBe(true);
    },
  );

  test('Q7: the next page is asked for at the address of the first, port included', async () => {
    world = await runOrg({ accounts: 5, pageSize: 2 });

    const { outputs } = await run(await world.connect(), {
      operation: 'query',
      objectType: 'Account',
      properties: { fields: ['Id'] },
    });

    expect(outputs).toHaveLength(5);
    const { host } = new URL(world.org.url);
    const next = world.org.requests.entries.filter(({ kind }) => kind === 'nextPage');
    expect(next.map(({ headers }) => headers.host)).toEqual([host, host]);
  });

  test('Q8: an upsert without a value creates, at the field Id or as a plain create', async () => {
    world = await runOrg();
    const connection = await world.connect();
    const upsert = (externalIdFieldName: string) =>
      run(
        connection,
        { operation: 'upsert', objectType: 'Invoice__c', properties: { externalIdFieldName } },
        bodies('<records><Name>Q8</Name></records>'),
      );

    expect((await upsert('Id')).results[0]).toMatchObject({ status: 'success', code: '201' });
    expect((await upsert('External_Id__c')).results[0]).toMatchObject({ status: 'success', code: '201' });
    const posted = world.org.requests.entries.filter(
      ({ method, path }) => method === 'POST' && path.includes('Invoice__c'),
    );
    expect(posted.map(({ path }) => path.split('/sobjects/')[1])).toEqual(['Invoice__c/Id', 'Invoice__c']);
  });

  test('Q10: a custom header takes the place of ours, and is not sent twice', async () => {
    world = await runOrg();
    const properties = { assignmentRuleId: 'TRUE', restHeaders: { 'Sforce-Auto-Assign': 'FALSE' } };

    await run(await world.connect(), { ...create, properties }, bodies(account('Q10')));

    const [posted] = world.org.requests.entries.filter(({ kind }) => kind === 'create');
    expect(posted?.headers['sforce-auto-assign']).toBe('FALSE');
  });

  test('Q11: children beyond the first page of a list are read too', async () => {
    world = await runOrg({ accounts: 1, childPageSize: 2 });
    const [parent] = world.org.records('Account');
    const before = world.org.records('Contact').filter(({ AccountId }) => AccountId === parent?.Id).length;
    for (let number = 0; number < 7; number += 1)
      world.org.insert('Contact', { LastName: `Q11 ${number}`, AccountId: parent?.Id });

    const { outputs } = await run(await world.connect(), {
      operation: 'query',
      objectType: 'Account',
      properties: { fields: ['Id', 'Contacts/records/LastName'] },
    });

    expect(String(outputs[0]?.body).match(/<LastName>/g)).toHaveLength(before + 7);
    expect(String(outputs[0]?.body)).not.toContain('nextRecordsUrl');
  });

  test.each(['<Id></Id>', '<Id/>', '<Id xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'])(
    'Q31: an update whose id is %s is refused as one without an id',
    async (id) => {
      world = await runOrg();

      const { results } = await run(
        await world.connect(),
        { operation: 'update', objectType: 'Account' },
        bodies(`<records>${id}<Name>x</Name></records>`),
      );

      expect(results[0]).toMatchObject({ status: 'applicationError', error: { code: 'ID_MISSING' } });
      expect(world.org.requests.count('update')).toBe(0);
    },
  );

  test('Q32: an external id is one segment of the path, whatever it holds', async () => {
    world = await runOrg();
    const externalIdValue = 'a/b?c#d%2F ü';
    const properties = { externalIdFieldName: 'External_Id__c', externalIdValue };

    const { results } = await run(
      await world.connect(),
      { operation: 'upsert', objectType: 'Invoice__c', properties },
      bodies('<records><Name>Q32</Name></records>'),
    );

    expect(results[0]).toMatchObject({ status: 'success', code: '201' });
    expect(world.org.records('Invoice__c').map((invoice) => invoice['External_Id__c'])).toContain(externalIdValue);
  });

  test.each([
    ['limit', 'ten'],
    ['limit', 0],
    ['pageSize', 199],
    ['pageSize', 2001],
  ])('Q38: %s is checked: %p is refused before anything is sent', async (name, value) => {
    world = await runOrg();
    const connection = await world.connect();

    expect(() =>
      connection.execute({ operation: 'query', objectType: 'Account', properties: { [name]: value } as Json }),
    ).toThrow(new RegExp(`/${name}`));
    expect(world.org.requests.entries).toEqual([]);
  });

  test('Q39: no request is spent on finding out whether the session is good', async () => {
    world = await runOrg();
    const connection = await world.connect();

    await run(connection, create, bodies(account('Q39')));
    world.org.expireSessions();
    await run(connection, create, bodies(account('Q39 again')));

    const kinds = world.org.requests.entries.map(({ kind }) => kind);
    expect(kinds).toEqual(['login', 'describe', 'create', 'create', 'login', 'create']);
  });

  test('Q26: a write has a schema of what it gives, apart from that of what it takes', async () => {
    world = await runOrg();
    const connection = await world.connect();
    const schemaOf = async (role: 'input' | 'output') =>
      (await connection.describe({ ...create, role, format: 'xsd', properties: {} })).root;

    expect(await schemaOf('input')).toBe('records');
    expect(await schemaOf('output')).toBe('Result');
  });

  test('Q27: a lookup to several object types shows the fields of all of them', async () => {
    world = await runOrg();
    const connection = await world.connect();

    const { schema } = await connection.describe({
      operation: 'query',
      objectType: 'Task',
      role: 'output',
      format: 'json-schema',
      properties: { parentsDepth: 1 },
    });

    const { $defs } = JSON.parse(schema) as { $defs: Record<string, { properties: Record<string, object> }> };
    expect($defs['Task']?.properties['Who']).toMatchObject({ description: 'Contact or Lead of WhoId' });
    // AccountId is of Contact alone, Company of Lead alone.
    expect(Object.keys($defs['Contact_or_Lead']?.properties ?? {})).toEqual(
      expect.arrayContaining(['Name', 'AccountId', 'Company']),
    );
  });

  test('Q27: records whose lookup is to one type or another have both, and are valid by the one schema', async () => {
    world = await runOrg();
    const { org } = world;
    const contact = org.insert('Contact', { LastName: 'Of a contact' });
    const lead = org.insert('Lead', { LastName: 'Of a lead', Company: 'Q27' });
    const tasks = [contact, lead].map((WhoId) => org.insert('Task', { Subject: 'Q27', WhoId }));
    const connection = await world.connect();
    const query = { operation: 'query', objectType: 'Task' } as const;

    const { schema } = await connection.describe({
      ...query,
      role: 'output',
      format: 'xsd',
      properties: { fields: ['Id', 'Who/Name'] },
    });
    const { outputs } = await run(connection, { ...query, properties: { fields: ['Id', 'Who/Name'] } });

    const documents = outputs
      .map(({ body }) => String(body))
      .filter((body) => tasks.some((id) => body.includes(id)))
      .map((contents, index) => ({ fileName: `${index}.xml`, contents }));
    expect(documents.map(({ contents }) => /<Who.*<Name>(.*)<\/Name>/.exec(contents)?.[1])).toEqual([
      'Of a contact',
      'Of a lead',
    ]);
    const { errors } = await validateXML({ xml: documents, schema: [schema] });
    expect(errors.map(({ message }) => message)).toEqual([]);
    const [first] = documents;
    const odd = { fileName: 'odd.xml', contents: String(first?.contents).replaceAll('Name>', 'Nome>') };
    expect((await validateXML({ xml: [odd], schema: [schema] })).valid).toBe(false);
  });

  test('Q28: a schema with children is one that a validator takes, and so are its records', async () => {
    world = await runOrg({ accounts: 3 });
    const connection = await world.connect();
    const query = { operation: 'query', objectType: 'Account' } as const;

    const { schema } = await connection.describe({
      ...query,
      role: 'output',
      format: 'xsd',
      properties: { childrenDepth: 2 },
    });
    const { outputs } = await run(connection, {
      ...query,
      properties: { fields: ['Id', 'Contacts/records/LastName'] },
    });

    const documents = outputs.map(({ body }, index) => ({ fileName: `${index}.xml`, contents: String(body) }));
    const { errors } = await validateXML({ xml: documents, schema: [schema] });
    expect([documents.length, errors.map(({ message }) => message)]).toEqual([3, []]);
  });

  test('Q29: what is known of an object type is asked for anew when its time is over', async () => {
    const clock = new PassingClock();
    world = await runOrg({}, { clock });
    const connection = await world.connect();
    const describes = () => world.org.requests.count('describe');

    await run(connection, create, bodies(account('one')));
    await run(connection, create, bodies(account('two')));
    const kept = describes();
    clock.pass(11 * 60_000);
    await run(connection, create, bodies(account('three')));

    expect([kept, describes()]).toEqual([1, 2]);
  });
});
