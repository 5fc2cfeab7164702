import type { Json, ResultEvent } from '@connector-runtime/core';
import type { LedgerEntry, LoggedRequest, RequestKind, SalesforceOrg } from '@connector-runtime/salesforce-org';
import { accounts, type Outcome, type PromiseWorld, run } from '../../promise-world.js';

interface World {
  readonly org: SalesforceOrg;
}

export type Properties = Readonly<Record<string, Json>>;

/** A write of many records a request. */
export const op = (operation: string, properties: Properties = {}, objectType = 'Account') => ({
  operation,
  objectType,
  properties: { operationApi: 'COMPOSITEAPI', ...properties },
});

export const account = (name: string) => `<records type="Account"><Name>${name}</Name></records>`;
export const invoice = (key: string, amount: number) =>
  `<records><External_Id__c>${key}</External_Id__c><Amount__c>${amount}</Amount__c></records>`;
export const statuses = (results: readonly ResultEvent[]) => results.map(({ status }) => status);

export const VERBS = ['create', 'update', 'upsert', 'delete'] as const;
export type Verb = (typeof VERBS)[number];

export const KIND: Readonly<Record<Verb, RequestKind>> = {
  create: 'createCollection',
  update: 'updateCollection',
  upsert: 'upsertCollection',
  delete: 'deleteCollection',
};

/** The requests that an org was sent. */
export function sentTo({ org }: World): readonly LoggedRequest[] {
  return org.requests.entries.filter(({ kind }) => Object.values(KIND).includes(kind));
}

/** What requests wrote; what a test put in itself is not counted. */
export function writtenIn({ org }: World): readonly LedgerEntry[] {
  return org.ledger.entries.filter(({ request }) => request > 0);
}

export const COMPOSITE = { operationApi: 'COMPOSITEAPI' } as const;
export const always = { times: Number.POSITIVE_INFINITY } as const;

export const propertiesOf = (verb: Verb, more: Readonly<Record<string, Json>> = {}) => ({
  ...COMPOSITE,
  batchCount: 10,
  ...(verb === 'upsert' ? { externalIdFieldName: 'External_Id__c' } : {}),
  ...more,
});

/** No claim that the ledger contradicts. */
export function expectHonest(outcome: Outcome, times: ReadonlyMap<string, number>): void {
  for (const [id, status] of Object.entries(outcome.statuses)) {
    if (status === 'success') expect([id, times.get(id)]).not.toEqual([id, 0]);
    else if (status !== 'unknown') expect([id, times.get(id)]).toEqual([id, 0]);
  }
}

export type Format = 'xml' | 'json';
export const FORMATS: readonly Format[] = ['xml', 'json'];

/** A record as a document of the format has it. */
export function recordIn(format: Format, fields: Readonly<Record<string, string>>): string {
  if (format === 'json') return JSON.stringify(fields);
  const elements = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<records type="Account">${elements.join('')}</records>`;
}

/** Documents `d1` … for a verb; `keys` gives what the ledger knows each document's record by. A record with nothing below it can be deleted. */
export function documentsFor(world: PromiseWorld, verb: Verb, howMany: number, format: Format = 'xml') {
  const isNew = verb === 'create' || verb === 'upsert';
  const records = accounts(isNew ? 0 : howMany).map(({ id }) => ({ Id: world.org.insert('Account', { Name: id }) }));
  const documents = accounts(howMany).map(({ id }, index) => {
    const key = verb === 'upsert' ? { External_Id__c: `key ${id}` } : records[index];
    return { id, body: recordIn(format, { ...key, Name: `Promise ${id}` }) };
  });
  const keys = new Map(
    documents.map(({ id }, index) => [
      id,
      verb === 'create' ? `Promise ${id}` : verb === 'upsert' ? `External_Id__c=key ${id}` : String(records[index]?.Id),
    ]),
  );
  return { documents, keys };
}

/** How often each document's record was written. */
export function timesWritten(
  world: PromiseWorld,
  verb: Verb,
  keys: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const seen = writtenIn(world)
    .filter(({ cascadeOf }) => cascadeOf === undefined)
    .map(({ id, key, fields }) => (verb === 'create' ? fields['Name'] : verb === 'upsert' ? key : id));
  return new Map([...keys].map(([id, key]) => [id, seen.filter((one) => one === key).length]));
}

/** Runs a write of new documents, and holds what it says against what was written. */
export async function write(
  world: PromiseWorld,
  verb: Verb,
  howMany: number,
  more: Readonly<Record<string, Json>> = {},
  concurrent = 5,
) {
  const format = more['payloadFormat'] === 'json' ? 'json' : 'xml';
  const { documents, keys } = documentsFor(world, verb, howMany, format);
  const outcome = await run(await world.connect({ concurrent }), verb, documents, propertiesOf(verb, more));
  const times = timesWritten(world, verb, keys);
  expect(Object.keys(outcome.statuses)).toHaveLength(howMany);
  expectHonest(outcome, times);
  return { outcome, times };
}
