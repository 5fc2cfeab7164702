import type { Json } from '@connector-runtime/core';
import type { LoggedRequest, RequestKind } from '@connector-runtime/salesforce-org';
import { type RunningOrg, runOrg } from '../running-org.js';
import { DEEDS, type DeedName, requestsOf } from './every-request.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg({ accounts: 250 });
});
afterEach(() => world.stop());

/** Every header that the section knows, or that a user sends in these tests. */
const TELLING = /^(?:accept|content-type|soapaction|sforce-.*|x-.*)$/;

function tellingHeaders({ headers }: LoggedRequest): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => TELLING.test(name)));
}

const UTF_8 = '; charset=UTF-8';
const acceptXml = { accept: 'application/xml' };
const acceptJson = { accept: 'application/json' };
const acceptCsv = { accept: 'text/csv' };
const xml = { ...acceptXml, 'content-type': `application/xml${UTF_8}` };
const json = { ...acceptJson, 'content-type': `application/json${UTF_8}` };
const upload = { ...acceptJson, 'content-type': 'text/csv' };
const login = { accept: 'text/xml', 'content-type': `text/xml${UTF_8}`, soapaction: 'login' };
const pages = { 'sforce-query-options': 'batchSize=200' };
const ruled = { 'sforce-auto-assign': 'TRUE' };

const never = { 'sforce-auto-assign': 'FALSE' };
const RULE = '01Q000000000001AAA';
const byId = { 'sforce-auto-assign': RULE };

const rule = { assignmentRuleId: ' TRUE ' };
const own = { restHeaders: { 'X-Own': 'mine', 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } };
const owned = { 'x-own': 'mine', 'sforce-duplicate-rule-header': 'allowSave=true' };
const inJson = { payloadFormat: 'json' };

describe('the headers of', () => {
  test.each<[string, DeedName, Record<string, Json>, RequestKind, object]>([
    ['a login: SOAPAction, and no session', 'list', {}, 'login', login],
    ['the connection test: JSON', 'test', {}, 'limits', acceptJson],
    ['the list of objects: JSON', 'list', {}, 'objects', acceptJson],
    ['a describe: JSON', 'describe', {}, 'describe', acceptJson],
    ['a describe before a write: JSON, and nothing of the user', 'create', { ...own, ...rule }, 'describe', acceptJson],
    ['a query: XML', 'query', {}, 'query', acceptXml],
    ['a query in JSON', 'query', inJson, 'query', acceptJson],
    ['a statement of the user: XML', 'customSoql', {}, 'query', acceptXml],
    ['a query including deleted: XML, no page size (Q9)', 'query', { includeDeleted: true }, 'query', acceptXml],
    ['a query with a page size', 'query', { pageSize: 200 }, 'query', { ...acceptXml, ...pages }],
    [
      'a query including deleted with a page size',
      'query',
      { pageSize: 200, includeDeleted: true },
      'query',
      { ...acceptXml, ...pages },
    ],
    ['a statement of the user with a page size', 'customSoql', { pageSize: 200 }, 'query', { ...acceptXml, ...pages }],
    [
      'the next page of deleted records, with a page size',
      'query',
      { pageSize: 200, includeDeleted: true },
      'nextPage',
      { ...acceptXml, ...pages },
    ],
    [
      'the next page of a statement of the user: page size, and their headers',
      'customSoql',
      { pageSize: 200, ...own },
      'nextPage',
      { ...acceptXml, ...pages, ...owned },
    ],
    ['the next page: XML, and the page size', 'query', { pageSize: 200 }, 'nextPage', { ...acceptXml, ...pages }],
    [
      'the next page: headers of the user',
      'query',
      { pageSize: 200, ...own },
      'nextPage',
      { ...acceptXml, ...pages, ...owned },
    ],
    ['a create: XML both ways', 'create', {}, 'create', xml],
    ['a create in JSON', 'createInJson', {}, 'create', json],
    ['an update: XML both ways', 'update', {}, 'update', xml],
    ['an update with read-back: XML both ways', 'readBack', {}, 'batch', xml],
    ['an upsert: XML both ways', 'upsert', {}, 'upsert', xml],
    ['a delete: XML, and nothing sent', 'delete', {}, 'delete', acceptXml],
    ['a tree: XML both ways', 'tree', {}, 'tree', xml],
    ['a create of many: XML both ways', 'createMany', {}, 'createCollection', xml],
    ['an update of many: XML both ways', 'updateMany', {}, 'updateCollection', xml],
    ['an upsert of many: XML both ways', 'upsertMany', {}, 'upsertCollection', xml],
    ['a delete of many: XML both ways, though it has no body', 'deleteMany', {}, 'deleteCollection', xml],
    ['a create with an assignment rule', 'create', rule, 'create', { ...xml, ...ruled }],
    ['an update with an assignment rule', 'update', rule, 'update', { ...xml, ...ruled }],
    ['an update with read-back and an assignment rule', 'readBack', rule, 'batch', { ...xml, ...ruled }],
    ['an upsert with an assignment rule', 'upsert', rule, 'upsert', { ...xml, ...ruled }],
    ['a tree with an assignment rule', 'tree', rule, 'tree', { ...xml, ...ruled }],
    ['a create of many with an assignment rule', 'createMany', rule, 'createCollection', { ...xml, ...ruled }],
    ['an update of many with an assignment rule', 'updateMany', rule, 'updateCollection', { ...xml, ...ruled }],
    ['an upsert of many with an assignment rule', 'upsertMany', rule, 'upsertCollection', { ...xml, ...ruled }],
    ['a create with the rule FALSE: as it is', 'create', { assignmentRuleId: 'FALSE' }, 'create', { ...xml, ...never }],
    ['a create with a rule by its id: as it is', 'create', { assignmentRuleId: RULE }, 'create', { ...xml, ...byId }],
    ['a create in JSON with an assignment rule', 'createInJson', rule, 'create', { ...json, ...ruled }],
    ['a write with a blank assignment rule', 'create', { assignmentRuleId: ' ' }, 'create', xml],
    ['a query with headers of the user', 'query', own, 'query', { ...acceptXml, ...owned }],
    ['a statement of the user with their headers', 'customSoql', own, 'query', { ...acceptXml, ...owned }],
    ['a create with headers of the user', 'create', own, 'create', { ...xml, ...owned }],
    ['an update with headers of the user', 'update', own, 'update', { ...xml, ...owned }],
    ['an update with read-back and headers of the user', 'readBack', own, 'batch', { ...xml, ...owned }],
    ['an upsert with headers of the user', 'upsert', own, 'upsert', { ...xml, ...owned }],
    ['a delete with headers of the user', 'delete', own, 'delete', { ...acceptXml, ...owned }],
    ['a tree with headers of the user', 'tree', own, 'tree', { ...xml, ...owned }],
    ['a create of many with headers of the user', 'createMany', own, 'createCollection', { ...xml, ...owned }],
    ['an update of many with headers of the user', 'updateMany', own, 'updateCollection', { ...xml, ...owned }],
    ['an upsert of many with headers of the user', 'upsertMany', own, 'upsertCollection', { ...xml, ...owned }],
    ['a delete of many with headers of the user', 'deleteMany', own, 'deleteCollection', { ...xml, ...owned }],
    [
      'a query whose user has another opinion of ours: theirs, once (Q10)',
      'query',
      { pageSize: 200, restHeaders: { 'Sforce-Query-Options': 'batchSize=500' } },
      'query',
      { ...acceptXml, 'sforce-query-options': 'batchSize=500' },
    ],
    ['the creation of an ingest job: JSON both ways', 'ingest', {}, 'jobCreate', json],
    ['the upload to an ingest job: CSV, JSON back', 'ingest', {}, 'jobUpload', upload],
    ['the close of an ingest job: JSON both ways', 'ingest', {}, 'jobChange', json],
    ['the status of an ingest job: JSON', 'ingest', {}, 'jobStatus', acceptJson],
    ['the results of an ingest job: CSV', 'ingest', {}, 'jobResults', acceptCsv],
    ['the upload of a CSV: CSV, JSON back', 'csvIngest', {}, 'jobUpload', upload],
    [
      'an ingest job with an assignment rule: none, for it is a setting of the job',
      'ingest',
      { assignmentRuleId: RULE },
      'jobCreate',
      json,
    ],
    ['the creation of an ingest job with headers of the user', 'ingest', own, 'jobCreate', { ...json, ...owned }],
    ['the upload to an ingest job with headers of the user', 'ingest', own, 'jobUpload', { ...upload, ...owned }],
    ['the close of an ingest job with headers of the user', 'ingest', own, 'jobChange', { ...json, ...owned }],
    ['the status of an ingest job with headers of the user', 'ingest', own, 'jobStatus', { ...acceptJson, ...owned }],
    ['the results of an ingest job with headers of the user', 'ingest', own, 'jobResults', { ...acceptCsv, ...owned }],
    ['the creation of a query job: JSON both ways', 'bulkQuery', {}, 'jobCreate', json],
    ['the status of a query job: JSON', 'bulkQuery', {}, 'jobStatus', acceptJson],
    ['the results of a query job: CSV, and no page size', 'bulkQuery', { pageSize: 200 }, 'jobResults', acceptCsv],
    ['the creation of a query job with headers of the user', 'bulkQuery', own, 'jobCreate', { ...json, ...owned }],
    ['the status of a query job with headers of the user', 'bulkQuery', own, 'jobStatus', { ...acceptJson, ...owned }],
    ['the results of a query job with headers of the user', 'csvQuery', own, 'jobResults', { ...acceptCsv, ...owned }],
    ['a query job with a page size: no header of it', 'bulkQuery', { pageSize: 200 }, 'jobCreate', json],
    ['the creation of a job of a CSV with headers of the user', 'csvIngest', own, 'jobCreate', { ...json, ...owned }],
    ['the upload of a CSV with headers of the user', 'csvIngest', own, 'jobUpload', { ...upload, ...owned }],
  ])('%s', async (_what, deed, more, kind, expected) => {
    const requests = await requestsOf(world, deed, { more, kind });

    expect(requests).not.toEqual([]);
    for (const request of requests) expect(tellingHeaders(request)).toEqual(expected);
  });

  test.each(Object.keys(DEEDS) as DeedName[])('every request but the login carries the session: %s', async (deed) => {
    for (const { kind, headers } of await requestsOf(world, deed, {}))
      expect([kind, headers.authorization]).toEqual([
        kind,
        kind === 'login' ? undefined : expect.stringMatching(/^Bearer 00D\S+$/),
      ]);
  });

  test.each<[string, DeedName, RequestKind]>([
    ['documents', 'ingest', 'jobUpload'],
    ['a CSV', 'csvIngest', 'jobUpload'],
  ])('the upload of %s tells its length', async (_what, deed, kind) => {
    const [request] = await requestsOf(world, deed, { kind });

    expect(request?.headers['content-length']).toBe(String(request?.bodyBytes));
    expect(request?.headers['transfer-encoding']).toBeUndefined();
  });
});
