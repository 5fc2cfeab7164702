import type { Json } from '@connector-runtime/core';
import type { RequestKind } from '@connector-runtime/salesforce-org';
import { type RunningOrg, runOrg } from '../running-org.js';
import { type DeedName, requestsOf } from './every-request.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg({ accounts: 250 });
});
afterEach(() => world.stop());

/** The request's line, with the parts that only the org knows by name. */
function lineOf({ method, path }: { readonly method: string; readonly path: string }): string {
  const named = path
    .replace('/services/data/v64.0', '{base}')
    .replace(/(?<=\/)750\w{15}/, '{jobId}')
    .replace(/01g\w+-\d+/, '{cursor}')
    .replaceAll(/001\w{15}/g, '{id}');
  return `${method} ${named}`;
}

const ORGANIZATION = 'SELECT%20Id%2CName%2COrganizationType%2CIsSandbox%2CInstanceName%20FROM%20Organization';
const QUERY = '/query?q=SELECT%20Id%20FROM%20Account';

describe('the address of', () => {
  test.each<[string, DeedName, Record<string, Json>, RequestKind, readonly string[]]>([
    ['the connection test: the organisation', 'test', {}, 'query', [`GET {base}/query?q=${ORGANIZATION}`]],
    ['the connection test: the calls that are left', 'test', {}, 'limits', ['GET {base}/limits']],
    ['SOAP login', 'list', {}, 'login', ['POST /services/Soap/u/64.0']],
    ['the list of objects', 'list', {}, 'objects', ['GET {base}/sobjects']],
    ['a describe', 'describe', {}, 'describe', ['GET {base}/sobjects/Account/describe']],
    ['a query', 'query', {}, 'query', [`GET {base}${QUERY}`]],
    [
      'a query including deleted',
      'query',
      { includeDeleted: true },
      'query',
      [`GET {base}${QUERY.replace('query', 'queryAll')}`],
    ],
    ['a statement of the user', 'customSoql', {}, 'query', [`GET {base}${QUERY}`]],
    ['the next page', 'query', { pageSize: 200 }, 'nextPage', ['GET {base}/query/{cursor}']],
    [
      'the next page of deleted records',
      'query',
      { pageSize: 200, includeDeleted: true },
      'nextPage',
      ['GET {base}/query/{cursor}'],
    ],
    ['a create', 'create', {}, 'create', ['POST {base}/sobjects/Account']],
    ['an update', 'update', {}, 'update', ['PATCH {base}/sobjects/Account/{id}']],
    [
      'an update of an odd id: one segment',
      'updateOddId',
      {},
      'update',
      ['PATCH {base}/sobjects/Account/001%20%2F%C3%BC'],
    ],
    [
      'an upsert with a value: one segment',
      'upsert',
      {},
      'upsert',
      ['PATCH {base}/sobjects/Account/External_Id__c/a%20b%2F%C3%BC%3F'],
    ],
    ['an upsert without a value: a plain create', 'upsertWithoutValue', {}, 'create', ['POST {base}/sobjects/Account']],
    ['an upsert by Id without a value', 'upsertWithoutId', {}, 'upsert', ['POST {base}/sobjects/Account/Id']],
    ['a delete', 'delete', {}, 'delete', ['DELETE {base}/sobjects/Account/{id}']],
    ['a tree', 'tree', {}, 'tree', ['POST {base}/composite/tree/Account']],
    ['an update with read-back', 'readBack', {}, 'batch', ['POST {base}/composite/batch']],
    ['a create of many', 'createMany', {}, 'createCollection', ['POST {base}/composite/sobjects']],
    [
      'a create by REST with a batch count',
      'create',
      { batchCount: 2 },
      'createCollection',
      ['POST {base}/composite/sobjects'],
    ],
    ['an update of many', 'updateMany', {}, 'updateCollection', ['PATCH {base}/composite/sobjects']],
    [
      'an upsert of many',
      'upsertMany',
      {},
      'upsertCollection',
      ['PATCH {base}/composite/sobjects/Account/External_Id__c'],
    ],
    ['a delete of many', 'deleteMany', {}, 'deleteCollection', ['DELETE {base}/composite/sobjects?ids={id},{id}']],
    [
      'a delete of many, all or none',
      'deleteMany',
      { allOrNone: true },
      'deleteCollection',
      ['DELETE {base}/composite/sobjects?ids={id},{id}&allOrNone=true'],
    ],
    ['an ingest job', 'ingest', {}, 'jobCreate', ['POST {base}/jobs/ingest']],
    ['the upload of an ingest job', 'ingest', {}, 'jobUpload', ['PUT {base}/jobs/ingest/{jobId}/batches']],
    ['the close of an ingest job', 'ingest', {}, 'jobChange', ['PATCH {base}/jobs/ingest/{jobId}']],
    ['the status of an ingest job', 'ingest', {}, 'jobStatus', ['GET {base}/jobs/ingest/{jobId}']],
    [
      'the results of an ingest job: all three sets, each time',
      'ingest',
      {},
      'jobResults',
      ['successfulResults', 'failedResults', 'unprocessedrecords'].map(
        (set) => `GET {base}/jobs/ingest/{jobId}/${set}`,
      ),
    ],
    ['an ingest job of a CSV', 'csvIngest', {}, 'jobUpload', ['PUT {base}/jobs/ingest/{jobId}/batches']],
    ['a query job', 'bulkQuery', {}, 'jobCreate', ['POST {base}/jobs/query']],
    ['the status of a query job', 'bulkQuery', {}, 'jobStatus', ['GET {base}/jobs/query/{jobId}']],
    ['the results of a query job', 'bulkQuery', {}, 'jobResults', ['GET {base}/jobs/query/{jobId}/results']],
    [
      'the results of a query job by pages: locator, then page size',
      'bulkQuery',
      { pageSize: 200 },
      'jobResults',
      ['?maxRecords=200', '?locator=MjAw&maxRecords=200'].map(
        (query) => `GET {base}/jobs/query/{jobId}/results${query}`,
      ),
    ],
    ['a query job of a statement of the user', 'bulkSoql', {}, 'jobCreate', ['POST {base}/jobs/query']],
    ['a query job of a CSV', 'csvQuery', {}, 'jobResults', ['GET {base}/jobs/query/{jobId}/results']],
  ])('%s', async (_purpose, deed, more, kind, lines) => {
    // A slash at the end of the url changes no address.
    const connection = { url: `${world.org.apiBase}/` };

    expect((await requestsOf(world, deed, { more, connection, kind })).map(lineOf)).toEqual(lines);
    // Q39: the base itself is never asked whether the session is good.
    expect(world.org.requests.count('resources')).toBe(0);
  });

  test.each([
    ['XML', { payloadFormat: 'xml' }, /<url>(.*?)<\/url>/g],
    ['JSON', { payloadFormat: 'json' }, /"url":"(.*?)"/g],
  ])('the requests within a batch in %s: from the version on', async (_format, more, url) => {
    const [batch] = await requestsOf(world, more.payloadFormat === 'xml' ? 'readBack' : 'readBackInJson', {
      more,
      kind: 'batch',
    });
    const addresses = [...(batch?.body ?? '').matchAll(url)].map(([, address = '']) => address);

    expect(addresses.map((address) => address.replace(/001\w{15}/, '{id}'))).toEqual([
      'v64.0/sobjects/Account/{id}',
      'v64.0/sobjects/Account/{id}',
    ]);
  });

  test('a next page whose address begins without a slash', async () => {
    const body =
      '<QueryResult><done>false</done><nextRecordsUrl>services/data/v64.0/query/01gX-1</nextRecordsUrl><records type="Account"><Id>001</Id></records><totalSize>2</totalSize></QueryResult>';
    world.org.faults.add({ kind: 'query', action: 'garbage', body });

    expect((await requestsOf(world, 'query', { kind: 'nextPage' })).map(lineOf)).toEqual(['GET {base}/query/{cursor}']);
  });
});
