import type { Json } from '@connector-runtime/core';
import type { DocumentInput } from '@connector-runtime/runtime';
import { run } from '../running-org.js';
import { BASE, bearer, CSV, JSON_TYPE, PinnedService } from './pinned-service.js';

let service: PinnedService;
beforeEach(() => {
  service = new PinnedService();
});
afterEach(() => service.stop());
afterAll(() => PinnedService.restore());

const JOB = '7505f00000abcdeAAA';
const id = '001000000000001AAA';
const FAST = { operationApi: 'BulkAPI2.0', pollInitialMs: 10 };
const acceptJson = { accept: 'application/json', ...bearer };
const jsonBothWays = { ...acceptJson, 'content-type': 'application/json; charset=UTF-8' };
const acceptCsv = { accept: 'text/csv', ...bearer };

const told = (state: string, more: object = {}) => JSON.stringify({ id: JOB, state, object: 'Account', ...more });

function answerUpload(): void {
  service.answer('POST', `${BASE}/jobs/ingest`, 200, told('Open'), JSON_TYPE);
  service.answer('PUT', `${BASE}/jobs/ingest/${JOB}/batches`, 201, '', {});
}

/** Answers all requests of an ingest job; `succeeded` and `failed` are the CSVs of its results. */
function answerIngest(succeeded: string, failed: string): void {
  const path = `${BASE}/jobs/ingest/${JOB}`;
  answerUpload();
  service.answer('PATCH', path, 200, told('UploadComplete'), JSON_TYPE);
  service.answer('GET', path, 200, told('JobComplete', { numberRecordsProcessed: 2 }), JSON_TYPE);
  service.answer('GET', `${path}/successfulResults`, 200, succeeded, CSV);
  service.answer('GET', `${path}/failedResults`, 200, failed, CSV);
  service.answer('GET', `${path}/unprocessedrecords`, 200, '', CSV);
}

function answerQuery(pages: readonly { readonly parameters: string; readonly next: string }[]): void {
  const path = `${BASE}/jobs/query/${JOB}`;
  const total = { numberRecordsProcessed: pages.length };
  service.answer('POST', `${BASE}/jobs/query`, 200, told('UploadComplete'), JSON_TYPE);
  service.answer('GET', path, 200, told('JobComplete', total), JSON_TYPE);
  for (const { parameters, next } of pages) {
    const headers = { ...CSV, 'sforce-locator': next, 'sforce-numberofrecords': '1' };
    service.answer('GET', `${path}/results${parameters}`, 200, '"Name"\n"A"\n', headers);
  }
}

/** Runs CSV Bulk after login, and after a describe where `object` is given. */
async function runCsvBulk(properties: object, documents: DocumentInput[]) {
  service.answerLogin();
  if ('object' in properties) service.answerDescribe();
  const request = { operation: 'csvBulk', properties: { pollInitialMs: 10, ...properties } as Json };
  return run(await service.connect(), request, documents);
}

const requestsOfJob = () => service.seen.filter(({ path }) => path.includes('/jobs/'));

describe('the shape of an ingest job', () => {
  test('from its creation to its results', async () => {
    answerIngest(
      `"sf__Id","sf__Created","Name","Ext__c"\n"${id}","true","A ""1""",""\n`,
      '"sf__Id","sf__Error","Name","Ext__c"\n"","DUPLICATE_VALUE:x:--","B","2"\n',
    );
    const properties = { ...FAST, assignmentRuleId: '01Q000000000001', restHeaders: { 'X-Caller': 'me' } };

    const { summary } = await service.run('create', properties, [
      { body: '<records><Name>A "1"</Name></records>' },
      { body: '<records><Name>B</Name><Ext__c>2</Ext__c></records>' },
    ]);

    const own = { 'x-caller': 'me' };
    expect(summary.counts).toMatchObject({ success: 1, applicationError: 1 });
    expect(requestsOfJob().map(({ body }) => body)).toEqual([
      '{"object":"Account","operation":"insert","contentType":"CSV","columnDelimiter":"COMMA","lineEnding":"LF","assignmentRuleId":"01Q000000000001"}',
      '"Name","Ext__c"\n"A ""1""",""\n"B","2"\n',
      '{"state":"UploadComplete"}',
      '',
      '',
      '',
      '',
    ]);
    expect(requestsOfJob().map(({ headers }) => headers)).toEqual([
      expect.objectContaining({ ...jsonBothWays, ...own }),
      expect.objectContaining({ ...acceptJson, 'content-type': 'text/csv', ...own }),
      expect.objectContaining({ ...jsonBothWays, ...own }),
      expect.objectContaining({ ...acceptJson, ...own }),
      ...[1, 2, 3].map(() => expect.objectContaining({ ...acceptCsv, ...own })),
    ]);
    for (const { headers } of requestsOfJob()) expect(headers['sforce-auto-assign']).toBeUndefined();
    for (const { headers } of requestsOfJob().slice(3)) expect(headers['content-type']).toBeUndefined();
  });

  test.each<[string, object, string, string, string]>([
    ['update', {}, `<Id>${id}</Id><Name>A</Name>`, '"operation":"update"', `"Id","Name"\n"${id}","A"\n`],
    [
      'upsert',
      { externalIdFieldName: 'ext__C' },
      '<Ext__c>1/2</Ext__c>',
      '"operation":"upsert","externalIdFieldName":"Ext__c"',
      '"Ext__c"\n"1/2"\n',
    ],
    ['delete', {}, `<Id>${id}</Id>`, '"operation":"delete"', `"Id"\n"${id}"\n`],
    ['delete', { hardDelete: true }, `<Id>${id}</Id>`, '"operation":"hardDelete"', `"Id"\n"${id}"\n`],
  ])('of an %s with %j', async (operation, properties, fields, settings, csv) => {
    const [header, row] = csv.split('\n');
    answerIngest(`"sf__Id","sf__Created",${header}\n"${id}","false",${row}\n`, '');

    const { summary } = await service.run(operation, { ...FAST, ...properties } as Json, [
      { body: `<records>${fields}</records>` },
    ]);

    const [created, uploaded] = requestsOfJob();
    const form = '"contentType":"CSV","columnDelimiter":"COMMA","lineEnding":"LF"';
    const [first, ...others] = settings.split(',');
    const rest = others.length === 0 ? '' : `,${others.join(',')}`;
    expect(summary.counts.success).toBe(1);
    expect(created?.body).toBe(`{"object":"Account",${first},${form}${rest}}`);
    expect(uploaded?.body).toBe(csv);
  });

  test('goes to the address that the service names for the data', async () => {
    const contentUrl = `services/data/v64.0/jobs/ingest/${JOB}/elsewhere`;
    service.answer('POST', `${BASE}/jobs/ingest`, 200, told('Open', { contentUrl }), JSON_TYPE);
    service.answer('PUT', `/${contentUrl}`, 400, '[{"errorCode":"X","message":"no"}]', JSON_TYPE);
    service.answer('PATCH', `${BASE}/jobs/ingest/${JOB}`, 200, told('Aborted'), JSON_TYPE);
    service.answer('DELETE', `${BASE}/jobs/ingest/${JOB}`, 204, '', {});

    const { summary } = await service.run('create', FAST, [{ body: '<records><Name>A</Name></records>' }]);

    expect(summary.counts.success).toBe(0);
    expect(requestsOfJob()).toHaveLength(4);
  });

  test('that is given up: aborted, then deleted', async () => {
    service.answer('POST', `${BASE}/jobs/ingest`, 200, told('Open'), JSON_TYPE);
    const refusal = '[{"errorCode":"INVALIDJOBSTATE","message":"no"}]';
    service.answer('PUT', `${BASE}/jobs/ingest/${JOB}/batches`, 400, refusal, JSON_TYPE);
    service.answer('PATCH', `${BASE}/jobs/ingest/${JOB}`, 200, told('Aborted'), JSON_TYPE);
    service.answer('DELETE', `${BASE}/jobs/ingest/${JOB}`, 204, '', {});

    await service.run('create', FAST, [{ body: '<records><Name>A</Name></records>' }]);

    const [, , aborted, deleted] = requestsOfJob();
    expect(aborted).toMatchObject({ method: 'PATCH', body: '{"state":"Aborted"}', headers: jsonBothWays });
    expect(deleted).toMatchObject({ method: 'DELETE', body: '', headers: acceptJson });
    expect(deleted?.headers['content-type']).toBeUndefined();
  });

  test('of a CSV, which goes as it is', async () => {
    const csv = 'Name;Ext__c\r\nA;"b\r\nc"\r\n';
    answerIngest(`"sf__Id";"sf__Created";"Name";"Ext__c"\r\n"${id}";"true";"A";"b\r\nc"\r\n`, '');
    const properties = { bulkOperation: 'insert', object: 'Account', columnDelimiter: 'SEMICOLON', lineEnding: 'CRLF' };

    await runCsvBulk(properties, [{ body: csv }]);

    const [created, uploaded] = requestsOfJob();
    expect(created?.body).toBe(
      '{"object":"Account","operation":"insert","contentType":"CSV","columnDelimiter":"SEMICOLON","lineEnding":"CRLF"}',
    );
    expect(uploaded).toMatchObject({ body: csv, headers: { 'content-type': 'text/csv' } });
  });
});

describe('the shape of a query job', () => {
  test.each([
    [{}, 'query', [{ parameters: '', next: 'null' }]],
    [
      { includeDeleted: true, pageSize: 200 },
      'queryAll',
      [
        { parameters: '?maxRecords=200', next: 'MT/w=' },
        { parameters: '?locator=MT%2Fw%3D&maxRecords=200', next: 'null' },
      ],
    ],
    [
      {},
      'query',
      [
        { parameters: '', next: 'MTAw' },
        { parameters: '?locator=MTAw', next: 'null' },
      ],
    ],
  ])('with %j', async (properties, operation, pages) => {
    answerQuery(pages);

    const { outputs } = await service.run('query', { ...FAST, fields: ['Name'], ...properties });

    expect(outputs).toHaveLength(pages.length);
    expect(requestsOfJob().map(({ body }) => body)).toEqual([
      `{"operation":"${operation}","query":"SELECT Name FROM Account","contentType":"CSV","columnDelimiter":"COMMA","lineEnding":"LF"}`,
      '',
      ...pages.map(() => ''),
    ]);
    expect(requestsOfJob().map(({ headers }) => headers)).toEqual([
      expect.objectContaining(jsonBothWays),
      expect.objectContaining(acceptJson),
      ...pages.map(() => expect.objectContaining(acceptCsv)),
    ]);
    for (const { headers } of requestsOfJob()) expect(headers['sforce-query-options']).toBeUndefined();
  });

  test('of a statement for CSV', async () => {
    answerQuery([{ parameters: '?maxRecords=1', next: 'null' }]);
    const properties = { bulkOperation: 'queryAll', columnDelimiter: 'TAB', lineEnding: 'CRLF', pageSize: 1 };

    await runCsvBulk(properties, [{ body: ' SELECT Name FROM Account\n' }]);

    expect(requestsOfJob()[0]?.body).toBe(
      '{"operation":"queryAll","query":"SELECT Name FROM Account","contentType":"CSV","columnDelimiter":"TAB","lineEnding":"CRLF"}',
    );
  });

  test('that is given up: aborted, then deleted', async () => {
    service.answer('POST', `${BASE}/jobs/query`, 200, told('UploadComplete'), JSON_TYPE);
    service.answer(
      'GET',
      `${BASE}/jobs/query/${JOB}`,
      403,
      '[{"errorCode":"INSUFFICIENT_ACCESS","message":"no"}]',
      JSON_TYPE,
    );
    service.answer('PATCH', `${BASE}/jobs/query/${JOB}`, 200, told('Aborted'), JSON_TYPE);
    service.answer('DELETE', `${BASE}/jobs/query/${JOB}`, 204, '', {});

    await service.run('query', { ...FAST, fields: ['Name'] });

    const [, , aborted, deleted] = requestsOfJob();
    expect(aborted).toMatchObject({ method: 'PATCH', body: '{"state":"Aborted"}', headers: jsonBothWays });
    expect(deleted).toMatchObject({ method: 'DELETE', body: '', headers: acceptJson });
  });
});
