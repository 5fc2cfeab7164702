import type { OperationFixture, Sample } from '@connector-runtime/conformance-tests';
import type { Json } from '@connector-runtime/core';
import type { SalesforceOrg } from '@connector-runtime/salesforce-org';
import { articleCsv } from './article-csv.js';
import { ARTICLE_FORMS, type ArticleFields, type ArticleForm, articleData } from './article-forms.js';
import { hostileDocuments, hostileTables } from './hostile-documents.js';

const OBJECT_TYPE = 'Article__c';
/** The least that the service takes. */
const PAGE_ROWS = 200;
const LEVELS = 100_000;
const RULES = ['01Q000000000001EAA', '01Q000000000002EAA'] as const;

/** How each operation is tried against an org, in each form of documents. */
export function operationsOf(org: SalesforceOrg): Readonly<Record<string, OperationFixture>> {
  let made = 0;
  const next = () => String(++made).padStart(5, '0');
  const inXml = fixturesOf(org, ARTICLE_FORMS.xml, next);
  const inJson = fixturesOf(org, ARTICLE_FORMS.json, next);
  const json = Object.entries(inJson)
    .filter(([id]) => id !== 'csvBulk')
    .map(([id, fixture]) => {
      const properties = { ...(fixture.properties as object), payloadFormat: 'json' };
      return [id.includes(':') ? `${id}-json` : `${id}:json`, { ...fixture, properties }] as const;
    });
  return { ...inXml, ...Object.fromEntries(json) };
}

/** `next` gives a number that no record of this org has yet. */
function fixturesOf(
  org: SalesforceOrg,
  form: ArticleForm,
  next: () => string,
): Readonly<Record<string, OperationFixture>> {
  /** A record that is there before the run; its id. */
  const existing = () => org.insert(OBJECT_TYPE, { Name: `Old ${next()}`, Text__c: 'old', Note__c: 'kept' });

  /** Samples of a write: `make` turns fields into a document about a record of its own. */
  const kinds = (make: (fields: ArticleFields) => Sample) =>
    ({
      good: (n) => many(n, (index) => make({ Note__c: `note ${index}` })),
      bad: (n) => many(n, () => ({ ...make({ Note__c: 'x'.repeat(81) }), expectCode: 'STRING_TOO_LONG' })),
      withText: (text) => make({ Text__c: text }),
      withNumber: (number) => make({ Number__c: { number } }),
      withDate: (date) => make({ Moment__c: date }),
      withNulls: () => make({ Text__c: null, Note__c: '' }),
      sized: (bytes) => sizedOf((filling) => make({ Text__c: filling }), bytes),
      hostile: hostileDocuments(form),
    }) satisfies Partial<OperationFixture>;

  const created = (fields: ArticleFields): Sample => {
    const key = `Created ${next()}`;
    return sampleOf(form, key, { Name: key, ...fields });
  };
  const updated = (fields: ArticleFields): Sample => {
    const id = existing();
    return sampleOf(form, id, { Id: id, ...fields });
  };
  const upserted = (fields: ArticleFields): Sample => {
    const key = `U-${next()}`;
    return sampleOf(form, key, { Name: `Upserted ${key}`, ...fields }, { externalIdValue: key });
  };
  /** As an upsert of many has it: the key is in the document. */
  const upsertedByField = (fields: ArticleFields): Sample => {
    const key = `U-${next()}`;
    const given = { Name: `Upserted ${key}`, ...fields };
    return { ...sampleOf(form, key, given), body: form.write({ External_Id__c: key, ...given }) };
  };
  const planted = (fields: ArticleFields): Sample => {
    const key = `Planted ${next()}`;
    const given = { Name: key, ...fields };
    return { ...sampleOf(form, key, given), body: form.writeTree(given) };
  };
  /** About a record that is not there, in documents of a size or kind that none has. */
  const without = (fields: ArticleFields): Sample => {
    const id = `${existing().slice(0, 3)}Lo9${next().padStart(9, '0')}`;
    return sampleOf(form, id, { Id: id, ...fields });
  };
  const asked = (fields: ArticleFields): Sample => {
    const key = `not-${next()}`;
    return sampleOf(form, key, { except: key, ...fields });
  };

  /** A statement, with something behind it. */
  const stated = (behind: string, field = 'Text__c'): Sample => {
    const key = `soql-${next()}`;
    const soql = `SELECT Id, Name, ${field} FROM ${OBJECT_TYPE} WHERE Name != '${key}'${behind}`;
    return { key, mediaType: 'text/plain', body: Buffer.from(soql) };
  };

  /** A whole CSV of one record. */
  const uploaded = (fields: ArticleFields): Sample => {
    const key = `Created ${next()}`;
    return csvSample(key, { Name: key, ...fields });
  };

  /** A text that a row has; what is null is left out of XML. */
  const rowData = (id: string): Readonly<Record<string, Json>> => {
    const { Name, Text__c }: Readonly<Record<string, unknown>> = org.record(id) ?? {};
    return Object.fromEntries(
      Object.entries({ Name, Text__c }).filter((field): field is [string, string] => typeof field[1] === 'string'),
    );
  };
  const base = { objectType: OBJECT_TYPE, properties: {}, keyOf: keyIn };
  const withRules = RULES.map((assignmentRuleId, index) => ({ ...ownHeader(index), assignmentRuleId }));
  const queryProperties = {
    fields: ['Id', 'Name', 'Text__c'],
    filter: { field: 'Name', operator: 'NOT_EQUALS', value: { $property: 'except' } },
    pageSize: PAGE_ROWS,
  };
  const query = {
    ...base,
    properties: queryProperties,
    pageRows: PAGE_ROWS,
    rowData,
    dynamic: [1_234_567, 7_654_321].map((limit, index) => ({ ...ownHeader(index), limit })),
    good: (n) => many(n, () => asked({})),
    sized: (bytes) => sizedOf((filling) => asked({ filling }), bytes),
    hostile: hostileDocuments(form),
    isWrite: () => false,
  } satisfies OperationFixture;
  const deletes = {
    ...base,
    dynamic: [0, 1].map(ownHeader),
    good: (n: number) => many(n, () => updated({})),
    bad: (n: number) => many(n, () => ({ ...without({}), expectCode: 'NOT_FOUND' })),
    sized: (bytes: number) => sizedOf((filling) => updated({ Text__c: filling }), bytes),
    hostile: hostileDocuments(form),
    isWrite: ({ method }: { method: string }) => method === 'DELETE',
  } satisfies OperationFixture;
  /** Whatever is sent about a job, but for its status and results. */
  const inJobs = {
    properties: BULK,
    dynamic: [0, 1].map(ownHeader),
    isWrite: ({ method, path }: { method: string; path: string }) => method !== 'GET' && path.includes('/jobs/ingest'),
  };
  /** A job has one order for null and empty: what is empty is null to the service, over REST too. */
  const nulled = (make: (fields: ArticleFields) => Sample) => () => {
    const sample = make({ Text__c: null, Note__c: '' });
    return { ...sample, data: { ...sample.data, Note__c: null } };
  };
  const statements = {
    properties: { pageSize: PAGE_ROWS },
    pageRows: PAGE_ROWS,
    rowData,
    keyOf: keyIn,
    dynamic: [0, 1].map(ownHeader),
    good: (n: number) => many(n, () => stated('')),
    bad: (n: number) => many(n, () => ({ ...stated('', 'Nope__c'), expectCode: 'INVALID_FIELD' })),
    sized: (bytes: number) => stated(' '.repeat(bytes - stated('').body.length)),
    hostile: [
      { name: '100,000 brackets', sample: stated(` AND ${'('.repeat(LEVELS)}Id = null${')'.repeat(LEVELS)}`) },
      { name: 'a statement after the statement', sample: stated('; DELETE FROM Article__c') },
    ],
    isWrite: () => false,
  } satisfies OperationFixture;
  return {
    query,
    'query:bulk': { ...query, properties: { ...queryProperties, ...BULK } },
    'create:bulk': { ...base, ...kinds(created), ...inJobs, withNulls: nulled(created) },
    'update:bulk': { ...base, ...kinds(updated), ...inJobs, withNulls: nulled(updated) },
    'upsert:bulk': {
      ...base,
      ...kinds(upserted),
      ...inJobs,
      withNulls: nulled(upserted),
      properties: { ...BULK, externalIdFieldName: 'External_Id__c' },
    },
    'delete:bulk': {
      ...deletes,
      ...inJobs,
      bad: (n) => many(n, () => ({ ...without({}), expectCode: 'INVALID_CROSS_REFERENCE_KEY' })),
    },
    csvBulk: {
      ...kinds(uploaded),
      ...inJobs,
      properties: { ...POLLS, bulkOperation: 'insert', object: OBJECT_TYPE },
      // An empty cell leaves its field alone, as one that is not there does.
      withNulls: () => {
        const { data, ...sample } = uploaded({ Text__c: null, Note__c: '' });
        const { Note__c: _, ...told } = data ?? {};
        return { ...sample, data: told };
      },
      bad: (n) => many(n, () => uploaded({ Note__c: 'x'.repeat(81) })),
      hostile: hostileTables(),
      keyOf: keyIn,
    },
    customSoql: statements,
    'customSoql:bulk': { ...statements, properties: { ...statements.properties, ...BULK } },
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
    'create:collections': { ...base, ...kinds(created), ...inCollections(form), dynamic: withRules },
    'update:collections': { ...base, ...kinds(updated), ...inCollections(form), dynamic: withRules },
    'upsert:collections': {
      ...base,
      ...kinds(upsertedByField),
      ...inCollections(form, { externalIdFieldName: 'External_Id__c' }),
      dynamic: withRules,
    },
    'delete:collections': {
      ...base,
      ...inCollections(form),
      dynamic: [0, 1].map(ownHeader),
      good: (n) => many(n, () => updated({})),
      bad: (n) => many(n, () => ({ ...without({}), expectCode: 'INVALID_CROSS_REFERENCE_KEY' })),
      sized: (bytes) => sizedOf((filling) => updated({ Text__c: filling }), bytes),
      hostile: hostileDocuments(form),
    },
    delete: deletes,
  };
}

/** Many records in a request. */
function inCollections({ mediaType }: ArticleForm, more: Readonly<Record<string, Json>> = {}) {
  const record = mediaType === 'application/json' ? '"attributes":' : '<records ';
  return {
    properties: { operationApi: 'COMPOSITEAPI', ...more },
    atomic: { allOrNone: true },
    itemsIn: ({ path, body }) =>
      path.includes('ids=')
        ? (path.split('ids=', 2)[1]?.split(',').length ?? 0)
        : Buffer.from(body).toString('utf8').split(record).length - 1,
    isWrite: ({ method, path }) => method !== 'GET' && path.includes('/composite/sobjects'),
  } satisfies Partial<OperationFixture>;
}
/** Polls that do not keep processes waiting that run in real time. */
const POLLS = { pollInitialMs: 100 } as const;
const BULK = { operationApi: 'BulkAPI2.0', ...POLLS } as const;

function many(n: number, of: (index: number) => Sample): readonly Sample[] {
  return Array.from({ length: n }, (_, index) => of(index));
}

function sampleOf(form: ArticleForm, key: string, fields: ArticleFields, properties?: Json): Sample {
  const sample = { key, mediaType: form.mediaType, body: form.write(fields), data: articleData(fields) };
  return properties === undefined ? sample : { ...sample, properties };
}

function csvSample(key: string, fields: ArticleFields): Sample {
  return { key, mediaType: 'text/csv', body: articleCsv(fields), data: articleData(fields) };
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
  return event.type === 'result'
    ? event.inputs[0]
    : (/<Id>([^<]+)<\/Id>|"Id":"([^"]+)"/.exec(String(event.body))?.slice(1).find(Boolean) ?? event.inputs[0]);
}
