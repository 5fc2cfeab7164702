import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { op, sentTo, writesIn } from './rest-runs.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

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
    expect(sentTo(world, 'create')[0]).toMatchObject({ body, path: '/services/data/v64.0/sobjects/Account' });
    expect(sentTo(world, 'create')[0]?.headers).toMatchObject({
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
    expect(sentTo(world, 'create')).toHaveLength(2);
  });

  test('reads a document that is a stream once and sends it', async () => {
    async function* stream() {
      yield Buffer.from('<r><Name>Gr');
      yield Buffer.from('ün</Name></r>');
    }

    const { results } = await run(await world.connect(), op('create'), [{ body: stream() }]);

    expect(results[0]?.status).toBe('success');
    expect(writesIn(world)).toEqual([['create', 'Grün']]);
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

  test.each([{}, { operationApi: 'COMPOSITEAPI' }])(
    'gives no hint where a field of a parent is refused, with %j',
    async (properties) => {
      const request = {
        operation: 'create',
        objectType: 'Invoice__c',
        properties: { ...properties, payloadFormat: 'json' },
      };

      const { results } = await run(await world.connect(), request, bodies('{"Name":"own","Owner":{"Name":"x"}}'));

      expect(results[0]?.message).toBe("INVALID_FIELD: No such column 'Name' on sobject of type Group");
    },
  );

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

    expect(ofDocument.results.map(({ status }) => status)).toEqual(['applicationError', 'success']);
    expect(ofDocument.results[0]?.error).toMatchObject({ path: '/restHeaders/accept', effect: 'none' });
    expect(() => connection.execute(op('create', { restHeaders }), [{ body }])).toThrow(
      expect.objectContaining({
        info: expect.objectContaining({ category: 'config', code: 'CONFIG_INVALID', path: '/restHeaders/accept' }),
      }),
    );
    expect(writesIn(world)).toHaveLength(1);
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
    expect(writesIn(world)).toEqual([['create', 'a']]);
  });

  test('refuses an object type of which nothing can be created', async () => {
    const { summary } = await run(await world.connect(), op('create', {}, 'Organization'), bodies('<r/>'));

    expect(summary.error).toMatchObject({ category: 'config', code: 'OBJECT_TYPE_UNSUITABLE' });
  });
});
