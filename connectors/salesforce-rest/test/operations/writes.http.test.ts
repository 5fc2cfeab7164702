import { RawService, SESSION_REFUSED, xml } from '../raw-service.js';
import { bodies, type RunningOrg, run, runOrg } from '../running-org.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

const op = (operation: string, properties: Record<string, unknown> = {}, objectType = 'Account') =>
  ({ operation, objectType, properties: properties as never }) as const;
const writes = () => world.org.ledger.entries.map(({ action, fields }) => [action, fields['Name'] ?? fields['Phone']]);
const sent = (kind: string) => world.org.requests.entries.filter((request) => request.kind === kind);

describe('create', () => {
  test("sends the document unchanged and gives the service's answer", async () => {
    const body =
      '<?xml version="1.0" encoding="UTF-8"?>\n<!-- c --><records type="Account"><Name>A &amp; <![CDATA[<B>]]></Name></records>';

    const { results } = await run(await world.connect(), op('create', { assignmentRuleId: 'FALSE' }), bodies(body));

    expect(results[0]).toMatchObject({
      status: 'success',
      code: '201',
      message: 'success',
      mediaType: 'application/xml',
    });
    expect(results[0]?.body).toContain('<success>true</success>');
    expect(world.org.ledger.entries[0]?.fields['Name']).toBe('A & <B>');
    expect(sent('create')[0]).toMatchObject({ body, path: '/services/data/v64.0/sobjects/Account' });
    expect(sent('create')[0]?.headers).toMatchObject({
      'sforce-auto-assign': 'FALSE',
      'content-type': 'application/xml; charset=UTF-8',
    });
  });

  test.each([
    ['malformed', '<records><Name>x</records>', 'DOCUMENT_NOT_XML'],
    ['empty', '', 'DOCUMENT_NOT_XML'],
    [
      'with a DOCTYPE',
      '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r><Name>&e;</Name></r>',
      'DOCUMENT_NOT_XML',
    ],
    ['not UTF-8', Uint8Array.from([0x3c, 0x72, 0x3e, 0xff, 0x3c, 0x2f, 0x72, 0x3e]), 'DOCUMENT_NOT_XML'],
  ])('refuses a document that is %s, alone and unsent', async (_what, body, code) => {
    const { results } = await run(await world.connect(), op('create'), [
      { body: '<r><Name>a</Name></r>' },
      { body },
      { body: '<r><Name>b</Name></r>' },
    ]);

    expect(results.map(({ status }) => status)).toEqual(['success', 'applicationError', 'success']);
    expect(results[1]?.error).toMatchObject({ code, category: 'validation' });
    expect(sent('create')).toHaveLength(2);
  });

  test('reads a document that is a stream once and sends it', async () => {
    async function* stream() {
      yield Buffer.from('<r><Name>Gr');
      yield Buffer.from('ün</Name></r>');
    }

    const { results } = await run(await world.connect(), op('create'), [{ body: stream() }]);

    expect(results[0]?.status).toBe('success');
    expect(writes()).toEqual([['create', 'Grün']]);
  });

  test("gives the service's refusal with its code, and the field that may be meant", async () => {
    const { results } = await run(
      await world.connect(),
      op('create'),
      bodies('<r><Phone>1</Phone></r>', '<r><Name>a</Name><Custom_Scor__c>1</Custom_Scor__c></r>'),
    );

    expect(results[0]).toMatchObject({
      status: 'applicationError',
      code: 'REQUIRED_FIELD_MISSING',
      error: { code: 'SALESFORCE_REQUIRED_FIELD_MISSING', step: 'create' },
    });
    expect(results[0]?.body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Result><success>false</success><sf__Error>REQUIRED_FIELD_MISSING: Required fields are missing: [Name]</sf__Error><errors><fields>Name</fields><message>Required fields are missing: [Name]</message><statusCode>REQUIRED_FIELD_MISSING</statusCode></errors></Result>',
    );
    expect(results[1]?.message).toContain('did you mean Custom_Score__c?');
  });

  test('keeps every error of a refusal with its code, message and fields', async () => {
    world.org.faults.add({
      kind: 'create',
      action: 'answer',
      status: 400,
      contentType: 'application/xml',
      body: '<Errors><Error><errorCode>STRING_TOO_LONG</errorCode><message>too long</message><fields>Name</fields><fields>Site</fields></Error><Error><errorCode>INVALID_EMAIL_ADDRESS</errorCode><message>a &amp; b</message><fields>Email__c</fields></Error></Errors>',
    });

    const { results } = await run(await world.connect(), op('create'), bodies('<r><Name>a</Name></r>'));

    expect(results[0]?.message).toBe('STRING_TOO_LONG: too long; INVALID_EMAIL_ADDRESS: a & b');
    expect(results[0]?.body).toContain(
      '<errors><fields>Name</fields><fields>Site</fields><message>too long</message><statusCode>STRING_TOO_LONG</statusCode></errors><errors><fields>Email__c</fields><message>a &amp; b</message><statusCode>INVALID_EMAIL_ADDRESS</statusCode></errors></Result>',
    );
  });

  test('is unknown where a page answers for the service', async () => {
    world.org.faults.add({
      kind: 'create',
      action: 'answer',
      status: 200,
      contentType: 'text/html',
      body: '<html>portal</html>',
    });

    const { results } = await run(await world.connect(), op('create'), bodies('<r><Name>a</Name></r>'));

    expect(results[0]).toMatchObject({ status: 'unknown', error: { category: 'protocol', code: 'ANSWER_UNEXPECTED' } });
  });

  test.each([
    [
      'refuses it inside a 2xx',
      '<Result><errors><message>bad value</message><statusCode>INVALID_FIELD</statusCode></errors><success>false</success></Result>',
      { status: 'applicationError', code: 'INVALID_FIELD', message: 'INVALID_FIELD: bad value' },
    ],
    ['says neither yes nor no', '<Other/>', { status: 'unknown', error: { code: 'ANSWER_UNEXPECTED' } }],
  ])('is no success where the service %s', async (_what, body, expected) => {
    world.org.faults.add({ kind: 'create', action: 'answer', status: 201, contentType: 'application/xml', body });

    const { results } = await run(await world.connect(), op('create'), bodies('<r><Name>a</Name></r>'));

    expect(results[0]).toMatchObject(expected);
  });

  test('with an Accept of the user is refused by name: for a document alone, in the configuration before anything is sent', async () => {
    const restHeaders = { accept: 'application/json' };
    const body = '<r><Name>a</Name></r>';
    const connection = await world.connect();

    const ofDocument = await run(connection, op('create'), [{ body, properties: { restHeaders } }, { body }]);
    const ofConfiguration = await run(connection, op('create', { restHeaders }), [{ body }]);

    expect(ofDocument.results.map(({ status }) => status)).toEqual(['applicationError', 'success']);
    expect(ofConfiguration.summary.error).toMatchObject({
      category: 'config',
      code: 'HEADER_RESERVED',
      path: '/restHeaders/accept',
      message: expect.stringContaining('must not set accept'),
    });
    expect(writes()).toHaveLength(1);
  });

  test('waits out a limit of calls at once', async () => {
    world.org.faults.add({
      kind: 'create',
      action: 'error',
      status: 403,
      errorCode: 'REQUEST_LIMIT_EXCEEDED',
      message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
    });

    const { results } = await run(await world.connect(), op('create'), bodies('<r><Name>a</Name></r>'));

    expect(results[0]?.status).toBe('success');
    expect(writes()).toEqual([['create', 'a']]);
  });

  test('refuses an object type of which nothing can be created', async () => {
    const { summary } = await run(await world.connect(), op('create', {}, 'Organization'), bodies('<r/>'));

    expect(summary.error).toMatchObject({ category: 'config', code: 'OBJECT_TYPE_UNSUITABLE' });
  });
});

describe('a 2xx answer to a write', () => {
  const html = { contentType: 'text/html', body: '<html><title>Maintenance</title></html>' };
  const asXml = (body: string) => ({ contentType: 'application/xml', body });
  const no =
    '<Result><errors><message><![CDATA[<success>true</success>]]></message><statusCode>NO</statusCode></errors><success>false</success></Result>';
  const batch = (status: number, result: string) =>
    `<batchResults><hasErrors>false</hasErrors><results><batchResult><statusCode>${status}</statusCode><result>${result}</result></batchResult><batchResult><statusCode>200</statusCode><result><Account><Name>B</Name></Account></result></batchResult></results></batchResults>`;
  const kinds = [
    ['create', 'create', {}, 201],
    ['update', 'update', {}, 200],
    ['update', 'batch', { returnUpdatedRecord: true }, 200],
    ['upsert', 'upsert', { externalIdFieldName: 'External_Id__c', externalIdValue: 'k' }, 200],
    ['delete', 'delete', {}, 200],
  ] as const;
  const answers = [
    ['that is a page', html, 'unknown'],
    ['that is empty', asXml(''), 'unknown'],
    ['that is no XML', asXml('success'), 'unknown'],
    ['with success in something else', asXml('<Other><success>true</success></Other>'), 'unknown'],
    ['with success deeper down', asXml('<Result><a><success>true</success></a></Result>'), 'unknown'],
    ['that says both', asXml('<Result><success>true</success><success>false</success></Result>'), 'unknown'],
    ['that says no, and quotes yes', asXml(no), 'applicationError'],
    ['that says no without a reason', asXml('<Result><success>false</success></Result>'), 'applicationError'],
    ['that says yes', asXml('<Result><id>1</id><success>true</success></Result>'), 'success'],
  ] as const;
  const cells = kinds.flatMap(([operation, kind, properties, status]) =>
    answers.map(([what, answer, expected]) => {
      const inBatch = kind === 'batch' && answer !== html;
      const shown = inBatch ? { ...answer, body: batch(status, answer.body) } : answer;
      return { title: `${kind} ${what}: ${expected}`, operation, kind, properties, status, shown, expected };
    }),
  );

  test.each(cells)('$title', async ({ operation, kind, properties, status, shown, expected }) => {
    world.org.faults.add({ kind, action: 'answer', status, ...shown });
    const body = '<records><Id>001000000000001AAA</Id><Name>a</Name></records>';

    const { results } = await run(await world.connect(), op(operation, properties), bodies(body));

    expect(results[0]?.status).toBe(expected);
    if (expected === 'unknown') expect(results[0]?.error?.category).toBe('protocol');
  });

  test('that is not UTF-8: unknown', async () => {
    const body = Buffer.from('<Result><id>\xe9</id><success>true</success></Result>', 'latin1');
    const service = await RawService.start(({ path }) =>
      path.endsWith('/Account') ? { status: 201, body } : 'default',
    );
    const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties: service.properties() });

    const { results } = await run(connection, op('create'), bodies('<r><Name>a</Name></r>'));
    await service.stop();

    expect(results[0]).toMatchObject({ status: 'unknown', error: { category: 'protocol', code: 'ANSWER_UNEXPECTED' } });
  });

  test('that declares another encoding: unknown', async () => {
    const body = '<?xml version="1.0" encoding="ISO-8859-1"?><Result><id>1</id><success>true</success></Result>';
    world.org.faults.add({ kind: 'create', action: 'answer', status: 201, ...asXml(body) });

    const { results } = await run(await world.connect(), op('create'), bodies('<r><Name>a</Name></r>'));

    expect(results[0]).toMatchObject({ status: 'unknown', error: { category: 'protocol' } });
  });

  test.each([
    ['has too many elements', `<R>${'<a/>'.repeat(30_000)}</R>`, 'more than 20000 elements'],
    ['is too large', `<R>${' '.repeat(1_100_000)}</R>`, 'more than 1048576 bytes'],
  ])('that %s: unknown, saying so', async (_what, body, why) => {
    world.org.faults.add({ kind: 'create', action: 'answer', status: 201, ...asXml(body) });

    const { results } = await run(await world.connect(), op('create'), bodies('<r><Name>a</Name></r>'));

    expect(results[0]).toMatchObject({ status: 'unknown', error: { category: 'protocol', code: 'ANSWER_UNEXPECTED' } });
    expect(results[0]?.message).toContain(why);
  });

  test('that says no does not take back what an attempt with a lost answer may have done', async () => {
    const id = world.org.insert('Account', { Name: 'A' });
    world.org.faults.add({ kind: 'update', action: 'lose' });
    world.org.faults.add({ kind: 'update', action: 'answer', status: 200, ...asXml(no) });

    const { results } = await run(await world.connect(), op('update'), bodies(`<r><Id>${id}</Id><Name>B</Name></r>`));

    expect(results[0]?.status).toBe('unknown');
  });
});

describe('update', () => {
  const record = (inside: string) => `<records type="Account">${inside}</records>`;

  test('goes by the Id, which it takes out', async () => {
    const id = world.org.insert('Account', { Name: 'A', Fax: '7' });

    const { results } = await run(
      await world.connect(),
      op('update'),
      bodies(
        record(
          `<Name>B</Name><Id>${id}</Id><Fax xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>`,
        ),
      ),
    );

    expect(results[0]).toMatchObject({
      status: 'success',
      code: '204',
      body: `<Result><id>${id}</id><success>true</success></Result>`,
    });
    expect(world.org.record(id)).toMatchObject({ Name: 'B', Fax: null });
    expect(sent('update')[0]).toMatchObject({ method: 'PATCH', path: `/services/data/v64.0/sobjects/Account/${id}` });
    expect(sent('update')[0]?.body).not.toContain('<Id>');
  });

  test.each([
    ['<Name>x</Name>'],
    ['<Id/><Name>x</Name>'],
    ['<Id>  </Id><Name>x</Name>'],
    ['<Id xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>'],
  ])('refuses %s for lack of an id', async (inside) => {
    const { results } = await run(await world.connect(), op('update'), bodies(record(inside)));

    expect(results[0]).toMatchObject({ status: 'applicationError', error: { code: 'ID_MISSING' } });
    expect(sent('update')).toHaveLength(0);
  });

  test('keeps an id with slashes and dots within its place of the path', async () => {
    const { results } = await run(
      await world.connect(),
      op('update'),
      bodies(record('<Id>../User/005</Id>'), record('<Id>..</Id>')),
    );

    expect(results.map(({ status }) => status)).toEqual(['applicationError', 'applicationError']);
    expect(world.org.requests.entries.at(-1)?.path).toBe('/services/data/v64.0/sobjects/Account/..%2FUser%2F005');
  });

  test('goes again after a lost answer, unless that is switched off', async () => {
    const id = world.org.insert('Account', { Name: 'A' });
    const documents = bodies(record(`<Id>${id}</Id><Name>B</Name>`));

    world.org.faults.add({ kind: 'update', action: 'lose' });
    const repeated = await run(await world.connect(), op('update'), documents);
    world.org.faults.add({ kind: 'update', action: 'lose' });
    const once = await run(await world.connect({ repeatUpdates: false }), op('update'), documents);

    expect(repeated.results[0]?.status).toBe('success');
    expect(once.results[0]).toMatchObject({ status: 'unknown', error: { effect: 'unknown' } });
  });

  describe('with read-back', () => {
    const readBack = op('update', { returnUpdatedRecord: true });

    test('gives the record as it is afterwards, nulls included, in one request', async () => {
      const id = world.org.insert('Account', { Name: 'A' });

      const { results } = await run(await world.connect(), readBack, bodies(record(`<Id>${id}</Id><Name>B</Name>`)));

      expect(results[0]).toMatchObject({ status: 'success', code: '201' });
      expect(results[0]?.body).toMatch(
        /^<Account xmlns:xsi="[^"]+" type="Account" url="[^"]+">.*<Name>B<\/Name>.*<Phone xsi:nil="true"\/>.*<\/Account>$/s,
      );
      expect(sent('batch')).toHaveLength(1);
    });

    test('gives the refusal of the update', async () => {
      const { results } = await run(
        await world.connect(),
        readBack,
        bodies(record('<Id>001000000000000AAA</Id><Name>B</Name>')),
      );

      expect(results[0]).toMatchObject({
        status: 'applicationError',
        code: 'NOT_FOUND',
        error: { category: 'notFound', effect: 'none' },
      });
      expect(results[0]?.body).toContain('<id>001000000000000AAA</id><success>false</success>');
    });

    test('is a success where only the reading failed', async () => {
      const id = world.org.insert('Account', { Name: 'A' });
      const body =
        '<batchResults><hasErrors>true</hasErrors><results><batchResult><statusCode>204</statusCode><result/></batchResult>' +
        '<batchResult><statusCode>503</statusCode><result><Errors><Error><errorCode>SERVER_UNAVAILABLE</errorCode><message>down</message></Error></Errors></result></batchResult></results></batchResults>';
      world.org.faults.add({ kind: 'batch', action: 'answer', status: 200, contentType: 'application/xml', body });

      const { results, summary } = await run(
        await world.connect(),
        readBack,
        bodies(record(`<Id>${id}</Id><Name>B</Name>`)),
      );

      expect(results[0]).toMatchObject({
        status: 'success',
        code: '204',
        message: 'updated, but reading the record failed: SERVER_UNAVAILABLE: down',
      });
      expect(summary.warnings).toHaveLength(1);
    });

    test('goes again where the row was locked', async () => {
      const id = world.org.insert('Account', { Name: 'A' });
      const body =
        '<batchResults><hasErrors>true</hasErrors><results><batchResult><statusCode>400</statusCode><result><Errors><Error><errorCode>UNABLE_TO_LOCK_ROW</errorCode><message>locked</message></Error></Errors></result></batchResult></results></batchResults>';
      world.org.faults.add({ kind: 'batch', action: 'answer', status: 200, contentType: 'application/xml', body });

      const { results } = await run(await world.connect(), readBack, bodies(record(`<Id>${id}</Id><Name>B</Name>`)));

      expect(results.map(({ status }) => status)).toEqual(['success']);
      expect(world.org.record(id)).toMatchObject({ Name: 'B' });
    });
  });
});

describe('upsert', () => {
  const upsert = op('upsert', { externalIdFieldName: 'external_id__c' });
  const document = (name: string, externalIdValue?: string) => ({
    body: `<records><Name>${name}</Name></records>`,
    ...(externalIdValue === undefined ? {} : { properties: { externalIdValue } }),
  });

  test('creates, then updates, by the external id', async () => {
    const connection = await world.connect();

    const first = await run(connection, upsert, [document('A', 'k/1 ü')]);
    const second = await run(connection, upsert, [document('B', 'k/1 ü')]);

    expect(first.results[0]).toMatchObject({ status: 'success', code: '201' });
    expect(second.results[0]).toMatchObject({ status: 'success', code: '200' });
    expect(sent('upsert')[0]?.path).toBe('/services/data/v64.0/sobjects/Account/External_Id__c/k%2F1%20%C3%BC');
    expect(writes()).toEqual([
      ['create', 'A'],
      ['update', 'B'],
    ]);
  });

  test('without a value is a plain create, or a POST by Id', async () => {
    const connection = await world.connect();

    await run(connection, upsert, [document('A')]);
    await run(connection, op('upsert', { externalIdFieldName: 'Id' }), [document('B')]);

    expect(
      world.org.requests.entries
        .filter(({ method, path }) => method === 'POST' && path.includes('/sobjects/'))
        .map(({ path }) => path),
    ).toEqual(['/services/data/v64.0/sobjects/Account', '/services/data/v64.0/sobjects/Account/Id']);
  });

  test('by a unique field goes again after a lost answer, and applies once', async () => {
    world.org.faults.add({ kind: 'upsert', action: 'lose' });

    const { results } = await run(await world.connect(), upsert, [document('A', 'k')]);

    expect(results[0]?.status).toBe('success');
    expect(world.org.records('Account').filter((account) => account['External_Id__c'] === 'k')).toHaveLength(1);
  });

  test('by a field that is not unique is unknown after a lost answer', async () => {
    world.org.faults.add({ kind: 'upsert', action: 'lose' });

    const { results } = await run(await world.connect(), op('upsert', { externalIdFieldName: 'Email' }, 'Contact'), [
      { body: '<r><LastName>x</LastName></r>', properties: { externalIdValue: 'x@example.org' } },
    ]);

    expect(results[0]?.status).toBe('unknown');
  });

  test.each([
    [undefined, 'PROPERTY_MISSING', 'externalIdFieldName is missing'],
    ['External_Idd__c', 'FIELD_UNKNOWN', 'did you mean External_Id__c?'],
    ['Phone', 'FIELD_UNKNOWN', 'is no external id of Account'],
  ])('by the field %s is refused before any write', async (externalIdFieldName, code, text) => {
    const { summary } = await run(
      await world.connect(),
      op('upsert', externalIdFieldName === undefined ? {} : { externalIdFieldName }),
      [document('A', 'k')],
    );

    expect(summary.error).toMatchObject({ category: 'config', code, path: '/externalIdFieldName' });
    expect(summary.error?.message).toContain(text);
    expect(world.org.ledger.entries).toHaveLength(0);
  });

  test.each(['.', '..'])('refuses the value %s', async (value) => {
    const { results } = await run(await world.connect(), upsert, [document('A', value)]);

    expect(results[0]).toMatchObject({ status: 'applicationError', error: { code: 'PATH_SEGMENT_INVALID' } });
  });

  test('that several records match is a conflict that lists them', async () => {
    const body = '["/services/data/v64.0/sobjects/Account/001a","/services/data/v64.0/sobjects/Account/001b"]';
    world.org.faults.add({ kind: 'upsert', action: 'answer', status: 300, contentType: 'application/json', body });

    const { results } = await run(await world.connect(), upsert, [document('A', 'k')]);

    expect(results[0]).toMatchObject({
      status: 'applicationError',
      error: { category: 'conflict', code: 'EXTERNAL_ID_AMBIGUOUS' },
    });
  });
});

describe('delete', () => {
  test('takes either form of document', async () => {
    const ids = [world.org.insert('Account', { Name: 'A' }), world.org.insert('Account', { Name: 'B' })];

    const { results } = await run(
      await world.connect(),
      op('delete'),
      bodies(`<records><Id>${ids[0]}</Id></records>`, `<DeleteProfileConfig><id>${ids[1]}</id></DeleteProfileConfig>`),
    );

    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ['success', '204'],
      ['success', '204'],
    ]);
    expect(world.org.record(ids[0] ?? '')).toMatchObject({ IsDeleted: true });
  });

  test('of what an attempt with a lost answer deleted is a success', async () => {
    const id = world.org.insert('Account', { Name: 'A' });
    world.org.faults.add({ kind: 'delete', action: 'lose' });

    const { results } = await run(await world.connect(), op('delete'), bodies(`<r><Id>${id}</Id></r>`));

    expect(results[0]).toMatchObject({
      status: 'success',
      message: 'success: deleted by an attempt whose answer was lost',
    });
  });

  test('of what was gone before is refused', async () => {
    const id = world.org.insert('Account', { Name: 'A' });
    const connection = await world.connect();
    await run(connection, op('delete'), bodies(`<r><Id>${id}</Id></r>`));

    const { results } = await run(connection, op('delete'), bodies(`<r><Id>${id}</Id></r>`, '<r><Id/></r>'));

    expect(results.map(({ status, error }) => [status, error?.code])).toEqual([
      ['applicationError', 'SALESFORCE_ENTITY_IS_DELETED'],
      ['applicationError', 'ID_MISSING'],
    ]);
  });
});

describe('a session whose renewal names another host', () => {
  const gone = xml(
    '<Errors><Error><errorCode>ENTITY_IS_DELETED</errorCode><message>deleted</message></Error></Errors>',
    404,
  );
  const yes = xml('<Result><id>1</id><success>true</success></Result>');
  const no = xml('<Result><errors><statusCode>NO</statusCode></errors><success>false</success></Result>');

  test.each([
    ['delete', gone, { status: 'success', message: 'success: deleted by an attempt whose answer was lost' }],
    ['update', gone, { status: 'unknown', error: { effect: 'unknown' } }],
    ['update', no, { status: 'unknown', error: { effect: 'unknown' } }],
    ['update', yes, { status: 'success' }],
  ] as const)('does not forget what a lost attempt of a %s may have done', async (operation, answer, expected) => {
    const isWrite = (method: string) => method === 'DELETE' || method === 'PATCH';
    const there = await RawService.start(({ method }) => (isWrite(method) ? answer : 'default'));
    let attempts = 0;
    const here: RawService = await RawService.start(({ method, path }) => {
      if (path.startsWith('/services/Soap')) return here.loginAnswer(attempts === 0 ? here.url : there.url);
      if (!isWrite(method)) return 'default';
      attempts += 1;
      return attempts === 1 ? undefined : SESSION_REFUSED;
    });
    const properties = here.properties({ tokenUrl: `${there.url}/services/oauth2/token` });
    const connection = await world.runtime.connect({ plugin: 'salesforce-rest', properties });

    const { results } = await run(
      connection,
      op(operation),
      bodies('<r><Id>001000000000001AAA</Id><Name>a</Name></r>'),
    );
    await Promise.all([here.stop(), there.stop()]);

    expect(results[0]).toMatchObject(expected);
    expect(attempts).toBe(2);
  });
});

test.each([
  ['update', { allOrNone: true }, 'allOrNone has no effect'],
  ['update', { allOrNone: true, operationApi: 'BulkAPI2.0', pollInitialMs: 10 }, 'allOrNone has no effect'],
  ['update', { allOrNone: true, operationApi: 'COMPOSITEAPI' }, undefined],
  ['delete', { hardDelete: true }, 'hardDelete has no effect'],
  ['delete', { hardDelete: true, batchCount: 2 }, 'hardDelete has no effect'],
  ['delete', { hardDelete: true, operationApi: 'BulkAPI2.0', pollInitialMs: 10 }, undefined],
])('%s with %j warns where a property has no effect', async (operation, properties, warning) => {
  const [lead] = world.org.records('Lead');
  const body = `<records><Id>${lead?.Id}</Id>${operation === 'update' ? '<Company>c</Company>' : ''}</records>`;

  const { summary } = await run(await world.connect(), { operation, objectType: 'Lead', properties }, bodies(body));

  expect(summary.counts.success).toBe(1);
  expect(summary.warnings).toEqual(warning === undefined ? [] : [expect.stringContaining(warning)]);
});
