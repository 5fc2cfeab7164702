import type { Fixture, OperationFixture, Sample, Subject } from '@connector-runtime/conformance-tests';
import type { Json } from '@connector-runtime/core';
import { type SalesforceOrg, startSalesforceOrg } from '@connector-runtime/salesforce-org';
import salesforceRest from '@connector-runtime/salesforce-rest';

/** The plugin against an org of its own for each check. */
export const subject: Subject = {
  manifest: salesforceRest.manifest,
  entry: require.resolve('@connector-runtime/salesforce-rest'),
  load: async () => salesforceRest,
  start: async ({ seed }) => fixtureOf(await startSalesforceOrg({ seed, accounts: 20 })),
};

function fixtureOf(org: SalesforceOrg): Fixture {
  const valid = {
    url: org.apiBase,
    authenticationType: 'USER_CREDENTIALS',
    username: org.username,
    password: `${org.password}${org.securityToken}`,
    authenticationUrl: org.soapLogin,
  };
  const { password: _, ...withoutPassword } = valid;
  return {
    connections: {
      valid: { ...valid, concurrent: 5, repeatUpdates: true, apiUsageWarningPercent: 80 },
      minimal: valid,
      wrongCredential: { ...valid, password: 'wrong' },
      unreachable: {
        ...valid,
        url: 'http://127.0.0.1:1/services/data/v64.0',
        authenticationUrl: 'http://127.0.0.1:1/services/Soap/u/64.0',
      },
      invalid: [
        { name: 'no password', properties: withoutPassword, path: '/password' },
        { name: 'too many at once', properties: { ...valid, concurrent: 26 }, path: '/concurrent' },
        { name: 'a version below 59', properties: { ...valid, url: `${org.url}/services/data/v58.0` }, path: '/url' },
        {
          name: 'a grant that is unknown',
          properties: { ...valid, authenticationType: 'OAUTH' },
          path: '/authenticationType',
        },
      ],
    },
    secrets: ['/password'],
    acceptCredentials: () => undefined,
    operations: operationsOf(org),
    ledger: async () =>
      org.ledger.entries
        .filter(({ request }) => request > 0)
        .map(({ action, fields, id }) => ({ key: keyOf(action, fields, id), action, data: fields as Json, times: 1 })),
    expireSession: async () => org.expireSessions(),
    stop: () => org.close(),
  };
}

/** A create or upsert is told by the name it gave, the others by the record. */
function keyOf(action: string, fields: Readonly<Record<string, unknown>>, id: string): string {
  const name = fields['Name'] ?? fields['Phone'];
  return action === 'delete' || typeof name !== 'string' ? id : name;
}

function operationsOf(org: SalesforceOrg): Readonly<Record<string, OperationFixture>> {
  const sample = (key: string, body: string, properties?: Json): Sample => ({
    key,
    mediaType: 'application/xml',
    body: Buffer.from(body),
    ...(properties === undefined ? {} : { properties }),
  });
  const many = (n: number, of: (index: number) => Sample) => Array.from({ length: n }, (_, index) => of(index));
  const fresh = (n: number) =>
    many(n, (index) => sample(`Fresh ${index}`, '')).map(({ key }) => org.insert('Account', { Name: key }));
  const base = { objectType: 'Account', keyOf: (event: { readonly inputs: readonly string[] }) => event.inputs[0] };
  return {
    query: {
      ...base,
      properties: { fields: ['Id', 'Name'], limit: 5 },
      good: (n) => many(n, (index) => sample(`q${index}`, '<filter/>')),
      isWrite: () => false,
    },
    create: {
      ...base,
      properties: {},
      good: (n) =>
        many(n, (index) =>
          sample(`Created ${index}`, `<records type="Account"><Name>Created ${index}</Name></records>`),
        ),
      isWrite: ({ method, path }) => method === 'POST' && path.includes('/sobjects/'),
    },
    update: {
      ...base,
      properties: {},
      good: (n) =>
        fresh(n).map((id, index) =>
          sample(`+45 ${index}`, `<records type="Account"><Id>${id}</Id><Phone>+45 ${index}</Phone></records>`),
        ),
      isWrite: ({ method }) => method === 'PATCH',
    },
    upsert: {
      ...base,
      properties: { externalIdFieldName: 'External_Id__c' },
      good: (n) =>
        many(n, (index) =>
          sample(`Upserted ${index}`, `<records type="Account"><Name>Upserted ${index}</Name></records>`, {
            externalIdValue: `U/${index}`,
          }),
        ),
      isWrite: ({ method }) => method === 'PATCH',
    },
    delete: {
      ...base,
      properties: {},
      good: (n) => fresh(n).map((id) => sample(id, `<records><Id>${id}</Id></records>`)),
      isWrite: ({ method }) => method === 'DELETE',
    },
  };
}
