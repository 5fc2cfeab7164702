import type { Fixture, LedgerEntry, Subject } from '@connector-runtime/conformance-tests';
import type { ConnectorManifest } from '@connector-runtime/core';
import { type SalesforceOrg, startSalesforceOrg } from '@connector-runtime/salesforce-org';
import salesforceRest from '@connector-runtime/salesforce-rest';
import { ARTICLE, manyTypes } from './conformance/articles.js';
import { operationsOf } from './conformance/operations.js';
import released from './released-manifest.json';

/** Characters at the end of a canary that are the security token behind the password. */
const TOKEN_LENGTH = 4;

/** The plugin against an org of its own for each check. */
export const subject: Subject = {
  manifest: salesforceRest.manifest,
  previous: released as unknown as ConnectorManifest,
  entry: require.resolve('@connector-runtime/salesforce-rest'),
  load: async () => salesforceRest,
  start: async ({ seed }) => fixtureOf(await startSalesforceOrg({ seed, accounts: 1, objects: [ARTICLE] })),
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
  const told: LedgerEntry[] = [];
  let lookedAt = 0;
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
    acceptCredentials: ({ '/password': password }) => {
      if (password !== undefined) org.changePassword(password.slice(0, -TOKEN_LENGTH), password.slice(-TOKEN_LENGTH));
    },
    operations: operationsOf(org),
    ledger: async () => {
      // Entries stay as they are, and checks of thousands of writes ask again and again.
      for (const entry of org.ledger.entries.slice(lookedAt)) if (entry.request > 0) told.push(entryOf(entry));
      lookedAt = org.ledger.entries.length;
      return [...told];
    },
    seedRows: async (_, n) => {
      for (let there = org.records(ARTICLE.name).length; there < n; there += 1)
        org.insert(ARTICLE.name, { Name: `Row ${there}`, Text__c: `text of row ${there}: é€\u{1F680}` });
      return org.records(ARTICLE.name).map(({ Id }) => Id);
    },
    seedObjectTypes: async (n) => org.addObjects(manyTypes(n)),
    stallJob: async () => {
      org.bulk.plan = { polls: Number.POSITIVE_INFINITY };
    },
    expireSession: async () => org.expireSessions(),
    stop: () => org.close(),
  };
}

type OrgEntry = SalesforceOrg['ledger']['entries'][number];

/** An upsert is told by its external id, a create by the name that it gave, the others by the record. A value is what the org was given for it: its own rounding is no loss of the plugin's. */
function entryOf({ action, id, key, fields, given = {} }: OrgEntry): LedgerEntry {
  const [keyField, keyValue] = key?.split('=') ?? [];
  const data = Object.entries(fields)
    .filter(([name]) => name !== keyField)
    .map(([name, value]) => [name, Object.hasOwn(given, name) ? writtenAs(given[name]) : value]);
  const createdName = action === 'create' ? given['Name'] : undefined;
  return {
    key: keyValue ?? (typeof createdName === 'string' ? createdName : id),
    action,
    data: Object.fromEntries(data),
    times: 1,
  };
}

/** A JSON number that a double says as it was written is a number there. */
function writtenAs<T>(value: T): T | string {
  return typeof value === 'number' ? String(value) : value;
}
