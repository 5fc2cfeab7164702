import type { RequestKind, SalesforceOrg } from '@connector-runtime/salesforce-org';
import { RawService, SESSION_REFUSED, xml } from '../../raw-service.js';
import { bodies, type RunningOrg, run, runOrg } from '../../running-org.js';
import { op } from './rest-runs.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

describe('a session whose renewal names another host', () => {
  const gone = xml(
    '<Errors><Error><errorCode>ENTITY_IS_DELETED</errorCode><message>deleted</message></Error></Errors>',
    404,
  );
  const yes = xml('<Result><id>001000000000001AAA</id><success>true</success></Result>');
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

describe('of three writes the second of which was applied and its answer lost,', () => {
  const FORMATS = ['xml', 'json'] as const;
  type Fields = Readonly<Record<string, string>>;
  const record = {
    json: (fields: Fields) => JSON.stringify(fields),
    xml: (fields: Fields) =>
      `<records>${Object.entries(fields)
        .map(([name, value]) => `<${name}>${value}</${name}>`)
        .join('')}</records>`,
  };
  const tree = {
    json: (Name: string) => JSON.stringify({ records: [{ attributes: { type: 'Account', referenceId: 'a' }, Name }] }),
    xml: (Name: string) =>
      `<SObjectTreeRequest><records type="Account" referenceId="a"><Name>${Name}</Name></records></SObjectTreeRequest>`,
  };
  const KEY = { externalIdFieldName: 'External_Id__c' };
  const MANY = { operationApi: 'COMPOSITEAPI', batchCount: 1 };
  const known = (org: SalesforceOrg) => ({ Id: org.insert('Account', { Name: 'known' }) });

  /** Sent again, the same is written twice; the end is that of one. */
  const AGAIN = ['success', [1, 2, 1]] as const;
  /** Sent again, it finds what it did. */
  const FOUND = ['success', [1, 1, 1], 4] as const;
  const NOT_AGAIN = ['unknown', [1, 1, 1], 3] as const;
  const writes: readonly (readonly [
    string,
    RequestKind,
    object,
    readonly [status: string, written: readonly number[], sent?: number],
  ])[] = [
    ['create', 'create', {}, NOT_AGAIN],
    ['update', 'update', {}, AGAIN],
    ['update', 'batch', { returnUpdatedRecord: true }, AGAIN],
    ['upsert', 'upsert', { ...KEY, externalIdValue: '@' }, AGAIN],
    ['upsert', 'upsert', { externalIdFieldName: 'Id' }, NOT_AGAIN],
    ['upsert', 'create', KEY, NOT_AGAIN],
    ['delete', 'delete', {}, FOUND],
    ['createTree', 'tree', {}, NOT_AGAIN],
    ['create', 'createCollection', MANY, NOT_AGAIN],
    ['update', 'updateCollection', MANY, AGAIN],
    ['upsert', 'upsertCollection', { ...MANY, ...KEY }, AGAIN],
    ['upsert', 'upsertCollection', { ...MANY, externalIdFieldName: 'Id' }, NOT_AGAIN],
    ['delete', 'deleteCollection', MANY, FOUND],
  ];

  test.each(
    writes.flatMap(([operation, kind, properties, expected]) =>
      FORMATS.map((payloadFormat) => {
        const [status, times, sent = 4] = expected;
        const key = Object.entries(properties).flatMap(([name, value]) => (/^external/.test(name) ? [value] : []));
        const what = [operation, kind, ...key].join(' ');
        return { what, operation, kind, properties, payloadFormat, status, times, sent };
      }),
    ),
  )('$what in $payloadFormat: that is $status, and nothing is there twice', async (given) => {
    const { operation, kind, properties, payloadFormat, status, times, sent } = given;
    const { org } = world;
    const inRecord = kind === 'upsertCollection' && 'External_Id__c' === (properties as typeof KEY).externalIdFieldName;
    const targets = [1, 2, 3].map(() => (/update|delete/.test(operation) ? known(org) : {}));
    const documents = targets.map((target, index) => {
      const Name = `Lost ${index}`;
      const key = inRecord ? { External_Id__c: Name } : {};
      const body =
        operation === 'createTree' ? tree[payloadFormat](Name) : record[payloadFormat]({ ...target, ...key, Name });
      return { body, properties: 'externalIdValue' in properties ? { externalIdValue: Name } : {} };
    });
    const own = { ...properties, payloadFormat };
    if ('externalIdValue' in own) delete own.externalIdValue;
    org.faults.add({ kind, nth: 2, action: 'lose' });

    const { results } = await run(await world.connect({ concurrent: 1 }), op(operation, own), documents);

    const written = org.ledger.entries.filter(({ request }) => request > 0);
    const timesOf = ({ Id }: { readonly Id?: string }, index: number) =>
      written.filter(({ id, fields }) => (Id === undefined ? fields['Name'] === `Lost ${index}` : id === Id)).length;
    expect(results.map((result) => result.status)).toEqual(['success', status, 'success']);
    expect([targets.map(timesOf), org.requests.count(kind)]).toEqual([times, sent]);
    if (status === 'unknown') expect(results[1]?.error).toMatchObject({ effect: 'unknown' });
    if (operation !== 'delete')
      expect(org.records('Account').filter(({ Name }) => /^Lost/.test(String(Name)))).toHaveLength(3);
  });
});
