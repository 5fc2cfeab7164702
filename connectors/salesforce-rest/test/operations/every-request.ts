import type { Json } from '@connector-runtime/core';
import type { DocumentInput, RuntimeConnection } from '@connector-runtime/runtime';
import type { LoggedRequest, RequestKind, SalesforceOrg } from '@connector-runtime/salesforce-org';
import { type RunningOrg, run } from '../running-org.js';

type Properties = Readonly<Record<string, Json>>;

/** Does something over a connection; `more` is laid over an operation's properties. */
export type Deed = (connection: RuntimeConnection, org: SalesforceOrg, more: Properties) => Promise<unknown>;

function operation(
  id: string,
  properties: Properties,
  documents?: (org: SalesforceOrg) => readonly (string | DocumentInput)[],
): Deed {
  return (connection, org, more) => {
    const given = documents?.(org).map((one) => (typeof one === 'string' ? { body: one } : one));
    const type = id === 'csvBulk' ? {} : { objectType: 'Account' };
    return run(connection, { operation: id, ...type, properties: { ...properties, ...more } }, given);
  };
}

const COLLECTIONS = { operationApi: 'COMPOSITEAPI' };
const BULK = { operationApi: 'BulkAPI2.0', pollInitialMs: 10 };
const KEY = { externalIdFieldName: 'External_Id__c' };
const FIELDS = { fields: ['Id'] };

const account = '<records type="Account"><Name>A</Name></records>';
const tree =
  '<SObjectTreeRequest><records type="Account" referenceId="a"><Name>A</Name></records></SObjectTreeRequest>';
const known = (org: SalesforceOrg) => `<Id>${org.insert('Account', { Name: 'known' })}</Id>`;
const knownRecord = (org: SalesforceOrg) => [`<records>${known(org)}</records>`];
const valued = (externalIdValue: string) => () => [{ body: account, properties: { externalIdValue } }];
const keyed = () => ['<records><External_Id__c>K</External_Id__c><Name>A</Name></records>'];

/** What makes the connector send each of its requests. */
export const DEEDS = {
  test: (connection) => connection.test(),
  list: async (connection) => {
    for await (const _type of connection.objectTypes({ operation: 'query' }));
  },
  describe: (connection) =>
    connection.describe({ operation: 'query', objectType: 'Account', role: 'output', format: 'xsd', properties: {} }),
  query: operation('query', FIELDS),
  customSoql: operation('customSoql', {}, () => ['SELECT Id FROM Account']),
  create: operation('create', {}, () => [account]),
  createInJson: operation('create', { payloadFormat: 'json' }, () => [{ body: { Name: 'A' } }]),
  update: operation('update', {}, (org) => [`<records>${known(org)}<Name>B</Name></records>`]),
  updateOddId: operation('update', {}, () => ['<records><Id>001 /ü</Id><Name>B</Name></records>']),
  readBack: operation('update', { returnUpdatedRecord: true }, knownRecord),
  readBackInJson: operation('update', { returnUpdatedRecord: true, payloadFormat: 'json' }, (org) => [
    { body: { Id: org.insert('Account', { Name: 'known' }) } },
  ]),
  upsert: operation('upsert', KEY, valued('a b/ü?')),
  upsertWithoutValue: operation('upsert', KEY, valued('')),
  upsertWithoutId: operation('upsert', { externalIdFieldName: 'Id' }, valued('')),
  delete: operation('delete', {}, knownRecord),
  tree: operation('createTree', {}, () => [tree]),
  createMany: operation('create', COLLECTIONS, () => [account]),
  updateMany: operation('update', COLLECTIONS, knownRecord),
  upsertMany: operation('upsert', { ...COLLECTIONS, ...KEY }, keyed),
  deleteMany: operation('delete', COLLECTIONS, (org) => [...knownRecord(org), ...knownRecord(org)]),
  ingest: operation('create', BULK, () => [account]),
  bulkQuery: operation('query', { ...BULK, ...FIELDS }),
  bulkSoql: operation('customSoql', BULK, () => ['SELECT Id FROM Account']),
  csvIngest: operation('csvBulk', { pollInitialMs: 10, bulkOperation: 'insert', object: 'Account' }, () => [
    'Name\nA\n',
  ]),
  csvQuery: operation('csvBulk', { pollInitialMs: 10, bulkOperation: 'query' }, () => ['SELECT Id FROM Account']),
} as const satisfies Readonly<Record<string, Deed>>;

export type DeedName = keyof typeof DEEDS;

/** Does it over a connection of its own, and gives the requests that came of it: all, or those of one kind. */
export async function requestsOf(
  world: RunningOrg,
  name: DeedName,
  { more = {}, connection = {}, kind }: { more?: Properties; connection?: Properties; kind?: RequestKind },
): Promise<readonly LoggedRequest[]> {
  const opened = await world.connect(connection);
  world.org.requests.clear();
  const deed: Deed = DEEDS[name];
  await deed(opened, world.org, more);
  return world.org.requests.entries.filter((request) => kind === undefined || request.kind === kind);
}
