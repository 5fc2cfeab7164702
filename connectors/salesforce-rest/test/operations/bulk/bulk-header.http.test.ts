import type { Json } from '@connector-runtime/core';
import { type RunningOrg, run, runOrg } from '../../running-org.js';

let world: RunningOrg;
beforeEach(async () => {
  world = await runOrg();
});
afterEach(() => world.stop());

const UPSERT = { externalIdFieldName: 'external_id__c' };
const body = (fields: string) => `<records>${fields}<Name>n</Name><Status__c>Sent</Status__c></records>`;

test.each<[string, string, object, (id: string) => string, object, string]>([
  ['the id of an update', 'update', {}, (id) => `<Id>${id}</Id>`, {}, '"Id","Name"'],
  ['the key of an upsert', 'upsert', UPSERT, () => '<External_Id__c>k</External_Id__c>', {}, '"External_Id__c","Name"'],
  [
    'the key of an upsert that is no field',
    'upsert',
    UPSERT,
    () => '',
    { externalIdValue: 'k' },
    '"External_Id__c","Name"',
  ],
  ['the id of an upsert by it', 'upsert', { externalIdFieldName: 'Id' }, (id) => `<Id>${id}</Id>`, {}, '"Id","Name"'],
  ['no more', 'create', {}, () => '<External_Id__c>k</External_Id__c>', {}, '"Name"'],
])('bulkHeader without it: %s is sent', async (_what, operation, properties, fields, own, header) => {
  const id = world.org.insert('Invoice__c', { Name: 'old', External_Id__c: 'k' });
  const FAST = { operationApi: 'BulkAPI2.0', pollInitialMs: 10, bulkHeader: 'Name' };

  const { results } = await run(
    await world.connect(),
    { operation, objectType: 'Invoice__c', properties: { ...FAST, ...properties } as Json },
    [{ body: body(fields(id)), properties: own as Json }],
  );

  const upload = world.org.requests.entries.find(({ kind }) => kind === 'jobUpload')?.body ?? '';
  expect(upload.split('\n')[0]).toBe(header);
  expect(results[0]?.status).toBe('success');
  if (operation !== 'create') expect(world.org.record(id)?.['Name']).toBe('n');
});
