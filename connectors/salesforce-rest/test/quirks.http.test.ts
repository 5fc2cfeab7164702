import type { Json } from '@connector-runtime/core';
import { ConnectorRuntime, type LogSink } from '@connector-runtime/runtime';
import { validateXML } from 'xmllint-wasm';
import salesforceRest from '#src/index.js';
import { PassingClock } from './passing-clock.js';
import { json, RawService, SESSION_REFUSED, xml } from './raw-service.js';
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
    expect(new URL(world.org.url).port).not.toBe('');
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

describe('over a service that answers as it is told', () => {
  let service: RawService | undefined;
  let runtime: ConnectorRuntime | undefined;
  afterEach(async () => {
    await runtime?.close();
    await service?.stop();
  });

  async function connect(more: Readonly<Record<string, Json>> = {}) {
    runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
    if (service === undefined) throw new TypeError('no service');
    return runtime.connect({ plugin: 'salesforce-rest', properties: service.properties(more) });
  }

  const create = { operation: 'create', objectType: 'Account' } as const;

  test("Q2: data calls go to the host that the login names, with url's version", async () => {
    const instance = await RawService.start(({ method }) =>
      method === 'POST' ? xml('<Result><id>001</id><success>true</success></Result>', 201) : 'default',
    );
    service = await RawService.start(({ path }) =>
      path.startsWith('/services/Soap') && service !== undefined ? service.loginAnswer(instance.url) : 'default',
    );
    const connection = await connect({ tokenUrl: `${instance.url}/services/oauth2/token` });

    const { results } = await run(connection, create, bodies('<r><Name>a</Name></r>'));

    expect(results[0]?.status).toBe('success');
    expect(service.requests.map(({ path }) => path)).toEqual(['/services/Soap/u/64.0']);
    expect(instance.requests.at(-1)?.path).toBe('/services/data/v64.0/sobjects/Account');
    await instance.stop();
  });

  test('Q3: after a renewed session the whole body is sent again', async () => {
    let isFirst = true;
    service = await RawService.start(({ method, path }) => {
      if (method !== 'POST' || !path.includes('/sobjects/')) return 'default';
      if (!isFirst) return xml('<Result><id>001</id><success>true</success></Result>', 201);
      isFirst = false;
      return SESSION_REFUSED;
    });
    const body = `<r><Name>${'x'.repeat(200_000)}</Name></r>`;

    const { results } = await run(await connect(), create, [
      {
        body: (async function* () {
          for (let from = 0; from < body.length; from += 50_000) yield Buffer.from(body.slice(from, from + 50_000));
        })(),
      },
    ]);

    const posts = service.requests.filter(({ method, path }) => method === 'POST' && path.includes('/sobjects/'));
    expect(results[0]?.status).toBe('success');
    expect(posts.map((request) => request.body)).toEqual([body, body]);
  });

  test.each([
    ['too many requests', 429, '[{"errorCode":"TOO_MANY_REQUESTS","message":"later"}]'],
    ['a closed connection', undefined, '[]'],
    ['a 503', 503, '[{"errorCode":"SERVER_UNAVAILABLE","message":"busy"}]'],
    [
      'too many at once',
      403,
      '[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"ConcurrentRequests Limit exceeded."}]',
    ],
    ['a locked row', 400, '[{"errorCode":"UNABLE_TO_LOCK_ROW","message":"unable to obtain exclusive access"}]'],
  ])('Q4: an update that met %s goes again', async (_, status, refusal) => {
    let refused = 0;
    service = await RawService.start(({ method }) => {
      if (method !== 'PATCH') return 'default';
      refused += 1;
      if (refused > 1) return { status: 204 };
      return status === undefined ? undefined : json(JSON.parse(refusal) as Json, status);
    });

    const { results } = await run(
      await connect(),
      { operation: 'update', objectType: 'Account' },
      bodies('<r><Id>001000000000001</Id><Name>a</Name></r>'),
    );

    expect(results[0]).toMatchObject({ status: 'success', code: '204' });
    expect(refused).toBe(2);
  });

  test('Q42: a login that is answered without a session says so', async () => {
    service = await RawService.start(({ path }) =>
      path.startsWith('/services/Soap')
        ? xml('<E><Body><loginResponse><result><userId>005</userId></result></loginResponse></Body></E>')
        : 'default',
    );

    const { results, summary } = await run(await connect(), create, bodies('<r/>'));

    expect(results[0]?.status).toBe('failure');
    expect(summary.error).toMatchObject({
      code: 'LOGIN_WITHOUT_SESSION',
      message: expect.stringContaining('without a session id') as string,
    });
  });
});
