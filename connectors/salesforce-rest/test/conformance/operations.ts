import type { OperationFixture, Sample } from '@connector-runtime/conformance-tests';
import type { Json } from '@connector-runtime/core';
import type { SalesforceOrg } from '@connector-runtime/salesforce-org';
import { type ArticleFields, articleData, articleTreeXml, articleXml } from './article-xml.js';
import { hostileDocuments } from './hostile-documents.js';

const OBJECT_TYPE = 'Article__c';
/** The least that the service takes. */
const PAGE_ROWS = 200;
const RULES = ['01Q000000000001AAA', '01Q000000000002AAA'] as const;

/** How each operation is tried against an org. */
export function operationsOf(org: SalesforceOrg): Readonly<Record<string, OperationFixture>> {
  let made = 0;
  const next = () => String(++made).padStart(5, '0');
  /** A record that is there before the run; its id. */
  const existing = () => org.insert(OBJECT_TYPE, { Name: `Old ${next()}`, Text__c: 'old', Note__c: 'kept' });

  /** Samples of a write: `make` turns fields into a document about a record of its own. */
  const kinds = (make: (fields: ArticleFields) => Sample) =>
    ({
      good: (n) => many(n, (index) => make({ Note__c: `note ${index}` })),
      bad: (n) => many(n, () => ({ ...make({ Note__c: 'x'.repeat(81) }), expectCode: 'STRING_TOO_LONG' })),
      withText: (text) => make({ Text__c: text }),
      withNumber: (number) => make({ Number__c: number }),
      withDate: (date) => make({ Moment__c: date }),
      withNulls: () => make({ Text__c: null, Note__c: '' }),
      sized: (bytes) => sizedOf((filling) => make({ Text__c: filling }), bytes),
      hostile: hostileDocuments(),
    }) satisfies Partial<OperationFixture>;

  const created = (fields: ArticleFields): Sample => {
    const key = `Created ${next()}`;
    return xmlSample(key, { Name: key, ...fields });
  };
  const updated = (fields: ArticleFields): Sample => {
    const id = existing();
    return xmlSample(id, { Id: id, ...fields });
  };
  const upserted = (fields: ArticleFields): Sample => {
    const key = `U-${next()}`;
    return xmlSample(key, { Name: `Upserted ${key}`, ...fields }, { externalIdValue: key });
  };
  /** As an upsert of many has it: the key is in the document. */
  const upsertedByField = (fields: ArticleFields): Sample => {
    const key = `U-${next()}`;
    const given = { Name: `Upserted ${key}`, ...fields };
    return { ...xmlSample(key, given), body: articleXml({ External_Id__c: key, ...given }) };
  };
  const planted = (fields: ArticleFields): Sample => {
    const key = `Planted ${next()}`;
    const given = { Name: key, ...fields };
    return { ...xmlSample(key, given), body: articleTreeXml(given) };
  };
  /** About a record that is not there, in documents of a size or kind that none has. */
  const without = (fields: ArticleFields): Sample => {
    const id = `${existing().slice(0, 3)}Lo9${next().padStart(9, '0')}`;
    return xmlSample(id, { Id: id, ...fields });
  };
  const asked = (fields: ArticleFields): Sample => {
    const key = `not-${next()}`;
    return xmlSample(key, { except: key, ...fields });
  };

  const base = { objectType: OBJECT_TYPE, properties: {}, keyOf: keyIn };
  const withRules = RULES.map((assignmentRuleId, index) => ({ ...ownHeader(index), assignmentRuleId }));
  /** Every write, with many records in a request. */
  const inCollections = (variant: string, more: Readonly<Record<string, Json>>) => ({
    [`create:${variant}`]: { ...base, ...kinds(created), ...collections(more), dynamic: withRules },
    [`update:${variant}`]: { ...base, ...kinds(updated), ...collections(more), dynamic: withRules },
    [`upsert:${variant}`]: {
      ...base,
      ...kinds(upsertedByField),
      ...collections({ externalIdFieldName: 'External_Id__c', ...more }),
      dynamic: withRules,
    },
    [`delete:${variant}`]: {
      ...base,
      ...collections(more),
      dynamic: [0, 1].map(ownHeader),
      good: (n: number) => many(n, () => updated({})),
      bad: (n: number) => many(n, () => ({ ...without({}), expectCode: 'INVALID_CROSS_REFERENCE_KEY' })),
      sized: (bytes: number) => sizedOf((filling) => updated({ Text__c: filling }), bytes),
      hostile: hostileDocuments(),
    },
  });
  return {
    query: {
      ...base,
      properties: {
        fields: ['Id', 'Name', 'Text__c'],
        filter: { field: 'Name', operator: 'NOT_EQUALS', value: { $property: 'except' } },
        pageSize: PAGE_ROWS,
      },
      pageRows: PAGE_ROWS,
      dynamic: [1_234_567, 7_654_321].map((limit, index) => ({ ...ownHeader(index), limit })),
      good: (n) => many(n, () => asked({})),
      sized: (bytes) => sizedOf((filling) => asked({ filling }), bytes),
      hostile: hostileDocuments(),
      isWrite: () => false,
    },
    create: {
      ...base,
      ...kinds(created),
      dynamic: withRules,
      isWrite: ({ method, path }) => method === 'POST' && path.includes('/sobjects/'),
    },
    update: {
      ...base,
      ...kinds(updated),
      dynamic: withRules,
      isWrite: ({ method, path }) => method === 'PATCH' || (method === 'POST' && path.includes('/composite/batch')),
    },
    upsert: {
      ...base,
      ...kinds(upserted),
      properties: { externalIdFieldName: 'External_Id__c' },
      dynamic: withRules,
      isWrite: ({ method, path }) => method === 'PATCH' || (method === 'POST' && path.includes('/sobjects/')),
    },
    createTree: {
      ...base,
      ...kinds(planted),
      dynamic: withRules,
      isWrite: ({ method, path }) => method === 'POST' && path.includes('/composite/tree/'),
    },
    ...inCollections('collections', {}),
    ...inCollections('collectionsAllOrNone', { allOrNone: true }),
    delete: {
      ...base,
      dynamic: [0, 1].map(ownHeader),
      good: (n) => many(n, () => updated({})),
      bad: (n) => many(n, () => ({ ...without({}), expectCode: 'NOT_FOUND' })),
      sized: (bytes) => sizedOf((filling) => updated({ Text__c: filling }), bytes),
      hostile: hostileDocuments(),
      isWrite: ({ method }) => method === 'DELETE',
    },
  };
}

/** Many records in a request. */
function collections(more: Readonly<Record<string, Json>>) {
  return {
    properties: { operationApi: 'COMPOSITEAPI', ...more },
    itemsIn: ({ path, body }) =>
      path.includes('ids=')
        ? (path.split('ids=', 2)[1]?.split(',').length ?? 0)
        : Buffer.from(body).toString('utf8').split('<records ').length - 1,
    isWrite: ({ method, path }) => method !== 'GET' && path.includes('/composite/sobjects'),
  } satisfies Partial<OperationFixture>;
}

function many(n: number, of: (index: number) => Sample): readonly Sample[] {
  return Array.from({ length: n }, (_, index) => of(index));
}

function xmlSample(key: string, fields: ArticleFields, properties?: Json): Sample {
  const sample = { key, mediaType: 'application/xml', body: articleXml(fields), data: articleData(fields) };
  return properties === undefined ? sample : { ...sample, properties };
}

/** A sample of so many bytes. */
function sizedOf(make: (filling: string) => Sample, bytes: number): Sample {
  return make('x'.repeat(Math.max(0, bytes - make('').body.length)));
}

function ownHeader(index: number) {
  return { restHeaders: { 'Sforce-Call-Options': `client=caller-${index}` } };
}

/** A record read tells its id; a result is told by its document. */
function keyIn(event: Parameters<OperationFixture['keyOf']>[0]): string | undefined {
  return event.type === 'result' ? event.inputs[0] : /<Id>([^<]+)<\/Id>/.exec(String(event.body))?.[1];
}
