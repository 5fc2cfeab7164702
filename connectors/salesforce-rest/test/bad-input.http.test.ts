import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ConnectorError, isConnectorError } from '@connector-runtime/core';
import { ConnectorRuntime, type RuntimeConnection } from '@connector-runtime/runtime';
import { startSalesforceOrg } from '@connector-runtime/salesforce-org';
import salesforceRest from '@connector-runtime/salesforce-rest';
import { accounts, PromiseWorld, run } from './promise-world.js';

let world: PromiseWorld;
beforeAll(async () => {
  world = await PromiseWorld.start({ accounts: 20 });
});
afterAll(() => world.stop());

const writes = () => world.org.ledger.entries.length;

describe('a wrong document', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['that is malformed', '<records><Name>x</records>', 'DOCUMENT_NOT_XML'],
    ['that is cut', '<records><Name>x', 'DOCUMENT_NOT_XML'],
    ['with a DOCTYPE and nothing else', '<!DOCTYPE records><records><Name>x</Name></records>', 'DOCUMENT_NOT_XML'],
    [
      'with an external entity',
      '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><records><Name>&x;</Name></records>',
      'DOCUMENT_NOT_XML',
    ],
    ['with an unknown entity', '<records><Name>&bomb;</Name></records>', 'DOCUMENT_NOT_XML'],
    ['that is 100,000 levels deep', `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`, 'DOCUMENT_NOT_XML'],
    ['that is not UTF-8', Buffer.from('<records><Name>\xe9t\xe9</Name></records>', 'latin1'), 'DOCUMENT_NOT_XML'],
    ['that is empty', '', 'DOCUMENT_NOT_XML'],
  ])('%s is refused alone, and nothing of it is sent', async (_, body, code) => {
    const connection = await world.connect();
    const [first, last] = accounts(2, 'Good') as [{ id: string; body: string }, { id: string; body: string }];
    const before = writes();

    const outcome = await run(connection, 'create', [first, { id: 'wrong', body }, last]);

    expect(outcome.statuses).toEqual({ d1: 'success', wrong: 'applicationError', d2: 'success' });
    expect(outcome.results.find(({ inputs }) => inputs[0] === 'wrong')?.error?.code).toBe(code);
    expect(writes()).toBe(before + 2);
  });
});

test('a document past the size limit of an update is refused alone', async () => {
  const connection = await world.connect();
  const id = world.org.insert('Account', { Name: 'Before' });
  const before = writes();

  const outcome = await run(connection, 'update', [
    { id: 'large', body: `<records><Id>${id}</Id><Description>${'x'.repeat(1_000_001)}</Description></records>` },
    { id: 'small', body: `<records><Id>${id}</Id><Name>After</Name></records>` },
  ]);

  expect(outcome.statuses).toEqual({ large: 'applicationError', small: 'success' });
  expect(outcome.results.find(({ inputs }) => inputs[0] === 'large')?.error).toMatchObject({
    category: 'tooLarge',
    code: 'BODY_TOO_LARGE',
  });
  expect(writes()).toBe(before + 1);
});

describe('a wrong configuration', () => {
  test.each<[string, string, object, string, RegExp]>([
    ['an unknown object type', 'create', {}, 'Acount', /did you mean Account\?/],
    ['an unknown field', 'query', { fields: ['Nmae'] }, 'Account', /did you mean Name\?/],
    [
      'an unknown field in the filter',
      'query',
      { fields: ['Name'], filter: { field: 'Nmae', operator: 'EQUALS', value: 'x' } },
      'Account',
      /did you mean Name\?/,
    ],
    [
      'an unknown sort field',
      'query',
      { fields: ['Name'], sort: [{ field: 'Nmae' }] },
      'Account',
      /did you mean Name\?/,
    ],
    [
      'an unknown external id',
      'upsert',
      { externalIdFieldName: 'External_ID_c' },
      'Account',
      /did you mean External_Id__c\?/,
    ],
    ['an object type that cannot be written', 'create', {}, 'Organization', /Organization/],
  ])(
    'with %s is refused before anything is written, naming what is known',
    async (_, operation, properties, objectType, message) => {
      const connection = await world.connect();
      const before = writes();

      const { summary } = await run(
        connection,
        operation,
        operation === 'query' ? undefined : accounts(3),
        properties as never,
        {},
        objectType,
      );

      expect(summary.error).toMatchObject({ category: 'config', message: expect.stringMatching(message) });
      expect(writes()).toBe(before);
      expect(summary.counts.success).toBe(0);
    },
  );

  test('with a version below 59 names the property', async () => {
    const connection = await world.connect({ url: `${world.org.url}/services/data/v58.0` });

    expect(await connection.test()).toMatchObject([
      { name: 'open', ok: false, error: { category: 'config', path: '/url', message: expect.stringContaining('59') } },
    ]);
  });

  test('with an address that shows a web page says so, and shows no markup', async () => {
    world.org.faults.add({
      kind: 'login',
      action: 'answer',
      status: 200,
      contentType: 'text/html',
      body: '<html><title>Welcome</title></html>',
    });
    const connection = await world.connect();

    const [finding] = await connection.test();

    expect(finding).toMatchObject({ ok: false, error: { category: 'protocol' } });
    expect(JSON.stringify(finding)).not.toContain('<html');
  });

  test('with a login that names a foreign host is refused before any data call, and the session goes nowhere', async () => {
    const { org } = world;
    const body = `<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><soapenv:Body><loginResponse><result><serverUrl>https://salesforce.com.evil.example/services/Soap/u/64.0/00D</serverUrl><sessionId>00Dx!stolen</sessionId></result></loginResponse></soapenv:Body></soapenv:Envelope>`;
    org.faults.add({ kind: 'login', action: 'garbage', body });
    const connection = await world.connect();
    const before = org.requests.total;

    const failed = (await connection.test()).find(({ ok }) => !ok);

    expect(failed).toMatchObject({
      error: {
        code: 'EGRESS_REFUSED',
        category: 'config',
        effect: 'none',
        message: expect.stringContaining('salesforce.com.evil.example'),
      },
    });
    expect(org.requests.total).toBe(before + 1);
  });
});

describe('a service that cannot be reached', () => {
  test('is unavailable, with the address', async () => {
    const connection = await world.connect({
      url: 'http://127.0.0.1:1/services/data/v64.0',
      authenticationUrl: 'http://127.0.0.1:1/services/Soap/u/64.0',
    });

    expect(await connection.test()).toMatchObject([
      { name: 'open', ok: false, error: { category: 'unavailable', message: expect.stringContaining('127.0.0.1') } },
    ]);
  });

  test.each<[string, object, boolean, RegExp]>([
    ['whose authority is not known', {}, false, /authority|issuer|self-signed|trust/i],
    ['whose certificate has expired', { notAfter: new Date('2024-01-01') }, true, /expired/i],
    ['whose certificate is another host’s', { hosts: ['elsewhere.example'] }, true, /host|name/i],
  ])('over TLS %s is a matter of configuration, and no credentials are sent', async (_, tls, hasCa, message) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'connector-tls-'));
    const org = await startSalesforceOrg({ tls: Object.keys(tls).length === 0 ? true : tls });
    const runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
    writeFileSync(path.join(folder, 'ca.pem'), org.caPem ?? '');
    try {
      const properties = {
        url: org.apiBase,
        authenticationType: 'USER_CREDENTIALS',
        username: org.username,
        password: org.password,
        authenticationUrl: org.soapLogin,
      };
      const connection = await runtime.connect({
        plugin: 'salesforce-rest',
        folder,
        properties,
        ...(hasCa ? { http: { caFile: 'ca.pem' } } : {}),
      });

      const [finding] = await connection.test();

      expect(finding).toMatchObject({
        ok: false,
        error: { category: 'config', message: expect.stringMatching(message) },
      });
      expect(org.requests.total).toBe(0);
    } finally {
      await runtime.close();
      await org.close();
      rmSync(folder, { recursive: true });
    }
  });

  test('over TLS with its own authority works', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'connector-tls-'));
    const org = await startSalesforceOrg({ tls: true });
    const runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
    writeFileSync(path.join(folder, 'ca.pem'), org.caPem ?? '');
    try {
      const properties = {
        url: org.apiBase,
        authenticationType: 'USER_CREDENTIALS',
        username: org.username,
        password: `${org.password}${org.securityToken}`,
        authenticationUrl: org.soapLogin,
      };
      const connection = await runtime.connect({
        plugin: 'salesforce-rest',
        folder,
        properties,
        http: { caFile: 'ca.pem' },
      });

      expect((await connection.test()).every(({ ok }) => ok)).toBe(true);
    } finally {
      await runtime.close();
      await org.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('every error is a ConnectorError with a stable code:', () => {
  const CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;
  const drained = async (events: AsyncIterable<unknown>) => {
    for await (const _event of events);
  };

  test.each<[string, (connection: RuntimeConnection) => unknown, string]>([
    [
      'an unknown operation',
      (one) => one.execute({ operation: 'qurey', objectType: 'Account' }, []),
      'OPERATION_UNKNOWN',
    ],
    [
      'a property out of its range',
      (one) => one.execute({ operation: 'query', objectType: 'Account', properties: { pageSize: 1 } }),
      'CONFIG_INVALID',
    ],
    ['a missing object type', (one) => one.execute({ operation: 'create' }, []), 'OBJECT_TYPE_MISSING'],
    [
      'an unknown object type to browse',
      (one) =>
        one.describe({ operation: 'create', objectType: 'Acount', role: 'input', format: 'xsd', properties: {} }),
      'OBJECT_TYPE_UNKNOWN',
    ],
    [
      'an unknown step to browse',
      (one) => drained(one.fields({ operation: 'query', objectType: 'Account', path: ['Ownr'] })),
      'FIELD_UNKNOWN',
    ],
    [
      'a wrong address',
      () => world.connect({ url: `${world.org.url}/services/data/v58.0` }).then(summaryOf),
      'API_VERSION_TOO_LOW',
    ],
    ['a login without a user', () => world.connect({ username: '' }).then(summaryOf), 'CONFIG_INVALID'],
  ])('%s', async (_what, misuse, code) => {
    const connection = await world.connect();

    const thrown: unknown = await (async () => misuse(connection))().then(
      () => undefined,
      (error: unknown) => error,
    );

    expect(isConnectorError(thrown) && thrown.info.code).toBe(code);
    expect(code).toMatch(CODE);
  });
});

/** Throws what ended an execution. */
async function summaryOf(connection: RuntimeConnection): Promise<void> {
  const { summary } = await run(connection, 'create', accounts(1));
  if (summary.error !== undefined) throw new ConnectorError(summary.error);
}
