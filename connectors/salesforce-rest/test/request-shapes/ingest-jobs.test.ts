import type { Json } from '@connector-runtime/core';
import {
  answerIngest,
  answerStatus,
  answerUpload,
  FAST,
  FORM,
  INGEST,
  JOB,
  jobCalls,
  runCsvBulk,
} from './pinned-jobs.js';
import { BASE, CSV, JSON_TYPE, PinnedService } from './pinned-service.js';

let service: PinnedService;
beforeEach(() => {
  service = new PinnedService();
});
afterEach(() => service.stop());
afterAll(() => PinnedService.restore());

const id = '001000000000001AAA';
const inJson = { payloadFormat: 'json' };

describe('the shape of an ingest job', () => {
  test('from its creation to its three result sets, with an assignment rule and headers of the user', async () => {
    answerIngest(service, {
      succeeded: `"sf__Id","sf__Created","Name","Ext__c"\n"${id}","true","A ""1""",""\n`,
      failed: '"sf__Id","sf__Error","Name","Ext__c"\n"","DUPLICATE_VALUE:x:--","B","2"\n',
      unprocessed: '"Name","Ext__c"\n"C",""\n',
    });
    const properties = { ...FAST, assignmentRuleId: '01Q000000000001', restHeaders: { 'X-Caller': 'me' } };

    const { summary } = await service.run('create', properties, [
      { body: '<records><Name>A "1"</Name></records>' },
      { body: '<records><Name>B</Name><Ext__c>2</Ext__c></records>' },
      { body: '<records><Name>C</Name></records>' },
    ]);

    const calls = jobCalls({ 'x-caller': 'me' });
    expect(summary.counts).toMatchObject({ success: 1, applicationError: 1, failure: 1 });
    expect(service.calls).toEqual([
      calls.create(`{"object":"Account","operation":"insert",${FORM},"assignmentRuleId":"01Q000000000001"}`),
      calls.upload('"Name","Ext__c"\n"A ""1""",""\n"B","2"\n"C",""\n'),
      calls.close,
      calls.status(INGEST),
      ...calls.sets,
    ]);
  });

  test('whose end is waited for: its status again, and nothing else', async () => {
    answerUpload(service);
    service.answer('PATCH', INGEST, 200, JSON.stringify({ id: JOB, state: 'UploadComplete' }), JSON_TYPE);
    for (const state of ['UploadComplete', 'InProgress']) answerStatus(service, INGEST, state);
    answerStatus(service, INGEST, 'JobComplete', { numberRecordsProcessed: 1 });
    service.answer(
      'GET',
      `${INGEST}/successfulResults`,
      200,
      `"sf__Id","sf__Created","Name"\n"${id}","true","A"\n`,
      CSV,
    );
    service.answer('GET', `${INGEST}/failedResults`, 200, '', CSV);
    service.answer('GET', `${INGEST}/unprocessedrecords`, 200, '', CSV);

    await service.run('create', FAST, [{ body: '<records><Name>A</Name></records>' }]);

    const calls = jobCalls();
    const status = calls.status(INGEST);
    expect(service.calls.slice(2)).toEqual([calls.close, status, status, status, ...calls.sets]);
  });

  const byKey = { externalIdFieldName: 'ext__C' };
  const keyed = ',"externalIdFieldName":"Ext__c"';

  test.each<[string, Record<string, Json>, string, string, string, string]>([
    ['create', inJson, '{"Name":"A","Ext__c":null}', 'insert', '', '"Name","Ext__c"\n"A","#N/A"\n'],
    ['update', {}, `<Id>${id}</Id><Name>A</Name>`, 'update', '', `"Id","Name"\n"${id}","A"\n`],
    ['update', inJson, `{"Id":"${id}","Name":"A"}`, 'update', '', `"Id","Name"\n"${id}","A"\n`],
    ['upsert', byKey, '<Ext__c>1/2</Ext__c>', 'upsert', keyed, '"Ext__c"\n"1/2"\n'],
    ['upsert', { ...byKey, ...inJson }, '{"Ext__c":"1/2"}', 'upsert', keyed, '"Ext__c"\n"1/2"\n'],
    ['delete', {}, `<Id>${id}</Id>`, 'delete', '', `"Id"\n"${id}"\n`],
    ['delete', inJson, `{"Id":"${id}"}`, 'delete', '', `"Id"\n"${id}"\n`],
    ['delete', { hardDelete: true }, `<Id>${id}</Id>`, 'hardDelete', '', `"Id"\n"${id}"\n`],
  ])('of %s with %j', async (operation, properties, fields, verb, more, csv) => {
    const [header = '', row = ''] = csv.split('\n');
    answerIngest(service, {
      succeeded: `"sf__Id","sf__Created",${header}\n"${id}","false",${row}\n`,
    });
    const body = fields.startsWith('{') ? fields : `<records>${fields}</records>`;

    const { summary } = await service.run(operation, { ...FAST, ...properties }, [{ body }]);

    const calls = jobCalls();
    expect(summary.counts.success).toBe(1);
    expect(service.calls).toEqual([
      calls.create(`{"object":"Account","operation":"${verb}",${FORM}${more}}`),
      calls.upload(csv),
      calls.close,
      calls.status(INGEST),
      ...calls.sets,
    ]);
  });

  test('goes to the address that the service names for the data', async () => {
    const contentUrl = `services/data/v64.0/jobs/ingest/${JOB}/elsewhere`;
    const opened = JSON.stringify({ id: JOB, state: 'Open', contentUrl });
    service.answer('POST', `${BASE}/jobs/ingest`, 200, opened, JSON_TYPE);
    service.answer('PUT', `/${contentUrl}`, 201, '', {});
    service.answer('PATCH', INGEST, 200, JSON.stringify({ id: JOB, state: 'UploadComplete' }), JSON_TYPE);
    answerStatus(service, INGEST, 'JobComplete', { numberRecordsProcessed: 1 });
    service.answer(
      'GET',
      `${INGEST}/successfulResults`,
      200,
      `"sf__Id","sf__Created","Name"\n"${id}","true","A"\n`,
      CSV,
    );
    service.answer('GET', `${INGEST}/failedResults`, 200, '', CSV);
    service.answer('GET', `${INGEST}/unprocessedrecords`, 200, '', CSV);

    const { summary } = await service.run('create', FAST, [{ body: '<records><Name>A</Name></records>' }]);

    expect(summary.counts.success).toBe(1);
    expect(service.calls[1]).toEqual(jobCalls().upload('"Name"\n"A"\n', `/${contentUrl}`));
  });
});

describe('the shape of an ingest job of a CSV, which goes as it is', () => {
  const csv = 'Name;Ext__c\r\nA;"b\r\nc"\r\n';
  const settings = { columnDelimiter: 'SEMICOLON', lineEnding: 'CRLF' };
  const form = '"contentType":"CSV","columnDelimiter":"SEMICOLON","lineEnding":"CRLF"';

  test.each([
    ['insert', {}, csv, ''],
    ['insert', { assignmentRuleId: '01Q000000000001' }, csv, ',"assignmentRuleId":"01Q000000000001"'],
    ['update', {}, `Id;Name\r\n${id};"a\r\n"\r\n`, ''],
    ['upsert', { externalIdFieldName: 'ext__C' }, csv, ',"externalIdFieldName":"Ext__c"'],
    ['delete', {}, `Id\r\n${id}\r\n`, ''],
    ['hardDelete', {}, `Id\r\n${id}\r\n`, ''],
  ])('%s with %j', async (bulkOperation, properties, body, more) => {
    const [header = ''] = body.split('\r\n');
    const row = body.slice(header.length + 2);
    answerIngest(service, { succeeded: `"sf__Id";"sf__Created";${header}\r\n"${id}";"true";${row}` });
    const own = { restHeaders: { 'X-Caller': 'me' } };

    const { summary } = await runCsvBulk(
      service,
      { bulkOperation, object: 'Account', ...settings, ...properties, ...own },
      [{ body }],
    );

    const calls = jobCalls({ 'x-caller': 'me' });
    expect(summary.counts.success).toBe(1);
    expect(service.calls).toEqual([
      calls.create(`{"object":"Account","operation":"${bulkOperation}",${form}${more}}`),
      calls.upload(body),
      calls.close,
      calls.status(INGEST),
      ...calls.sets,
    ]);
  });
});
