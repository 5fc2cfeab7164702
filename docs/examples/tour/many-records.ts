import assert from 'node:assert/strict';
import type { SalesforceOrg } from '@connector-runtime/salesforce-org';
import { expectCounts, print, readLines, type Step } from './step.js';

const MANY = 20_000;
const BULK = { 'properties/operationApi': 'BulkAPI2.0', 'properties/pollInitialMs': 100 };

/** Trees, collections and jobs: what the connector does with more than one record at once. */
export const MANY_RECORDS: readonly Step[] = [
  {
    title: 'create a tree',
    applies: { create: 3 },
    async run(place, org) {
      await place.component('tree.json', 'createTree', { objectType: 'Account', connection: 'connection.json' });
      place.documents('tree.ndjson', [
        {
          id: 'tree',
          body: '<SObjectTreeRequest><records type="Account" referenceId="a"><Name>Root</Name><Contacts><records type="Contact" referenceId="b"><LastName>Branch</LastName></records><records type="Contact" referenceId="c"><LastName>Twig</LastName></records></Contacts></records></SObjectTreeRequest>',
        },
      ]);
      const { lines } = await place.run(['run', 'tree.json', '--input', 'tree.ndjson']);
      expectCounts(lines, { success: 1 });
      const [root] = org.records('Account').filter(({ Name }) => Name === 'Root');
      assert.equal(org.records('Contact').filter(({ AccountId }) => AccountId === root?.Id).length, 2);
      return '1 account with 2 contacts';
    },
  },
  {
    title: 'collections with one bad record',
    applies: { create: 299 },
    async run(place) {
      await place.component('collections.json', 'create', {
        objectType: 'Account',
        connection: 'connection.json',
        'properties/operationApi': 'COMPOSITEAPI',
        'properties/payloadFormat': 'json',
      });
      place.documents(
        'collections.ndjson',
        Array.from({ length: 300 }, (_, n) => ({
          id: `record-${n}`,
          body: n === 137 ? { Phone: '+45 1234' } : { Name: `Collected ${n}` },
        })),
      );
      const { lines } = await place.run(['run', 'collections.json', '--input', 'collections.ndjson'], 1);
      expectCounts(lines, { success: 299, applicationError: 1 });
      const refused = lines.find(({ type, status }) => type === 'result' && status !== 'success');
      assert.deepEqual(refused?.['inputs'], ['record-137']);
      print(String(refused?.['message']));
      return '299 created in 2 requests, 1 refused';
    },
  },
  {
    title: `bulk ingest of ${MANY}`,
    applies: { create: MANY },
    async run(place, org) {
      await place.component('bulk.json', 'create', {
        objectType: 'Invoice__c',
        connection: 'connection.json',
        ...BULK,
      });
      place.documents(
        'bulk.ndjson',
        Array.from({ length: MANY }, (_, n) => ({
          id: `invoice-${n}`,
          body: `<records><Name>Bulk ${n}</Name><External_Id__c>B-${n}</External_Id__c></records>`,
        })),
      );
      const before = org.records('Invoice__c').length;
      await place.run(['run', 'bulk.json', '--input', 'bulk.ndjson', '--output', 'bulk-out.ndjson']);
      expectCounts(readLines(place, 'bulk-out.ndjson'), { success: MANY });
      assert.equal(org.records('Invoice__c').length, before + MANY);
      return `${MANY} created in one job`;
    },
  },
  {
    title: 'bulk query',
    applies: {},
    async run(place, org) {
      await place.component('bulk-query.json', 'query', {
        objectType: 'Invoice__c',
        connection: 'connection.json',
        ...BULK,
        'properties/fields': ['Id', 'Name', 'Owner/Name'],
      });
      await place.run(['run', 'bulk-query.json', '--output', 'bulk-read.ndjson']);
      const outputs = readLines(place, 'bulk-read.ndjson').filter(({ type }) => type === 'output');
      assert.equal(outputs.length, org.records('Invoice__c').length);
      print(String(outputs[0]?.['body']));
      return `${outputs.length} records`;
    },
  },
  {
    title: 'CSV in, CSV out',
    applies: { update: 2 },
    async run(place, org) {
      await place.component('csv.json', 'csvBulk', {
        connection: 'connection.json',
        'properties/bulkOperation': 'upsert',
        'properties/object': 'Invoice__c',
        'properties/externalIdFieldName': 'External_Id__c',
        'properties/pollInitialMs': 100,
      });
      place.write(
        'invoices.csv',
        'External_Id__c,Name,Status__c\nB-1,"One, and a half",Paid\nB-2,Two,Sent\nB-3,Three,Nowhere\n',
      );
      await place.run(
        ['run', 'csv.json', '--input', 'invoices.csv', '--output', 'csv-out/', '--output-format', 'csv'],
        1,
      );
      const refused = place.filesIn('csv-out').filter((text) => text.includes('Nowhere'));
      assert.equal(refused.length, 1);
      print(refused[0] ?? '');
      assert.equal(invoice(org, 'B-1')?.['Name'], 'One, and a half');
      assert.equal(invoice(org, 'B-3')?.['Name'], 'Bulk 3');
      return '2 updated, 1 refused';
    },
  },
];

function invoice(org: SalesforceOrg, key: string) {
  return org.records('Invoice__c').find(({ External_Id__c }) => External_Id__c === key);
}
