import type { SalesforceOrg } from '@connector-runtime/salesforce-org';
import { FAST } from './bulk-world.js';
import { POLLING } from './csv-bulk-run.js';

/** Rows of a {@link Way} that writes. */
export const ROWS = 5;

/** Work that is done in jobs. */
export interface Way {
  readonly operation: string;
  readonly properties: object;
  readonly documents: (org: SalesforceOrg) => readonly { readonly body: string }[];
  /** That a document writes. */
  readonly rows: number;
}

const numbers = Array.from({ length: ROWS }, (_, index) => index + 1);
const ids = (org: SalesforceOrg) => numbers.map((number) => org.insert('Invoice__c', { Name: `Old ${number}` }));
const record = (fields: string) => ({ body: `<records>${fields}</records>` });
const KEY = { externalIdFieldName: 'External_Id__c' };

/** Creates an invoice of each document. */
export const creates: Way = {
  operation: 'create',
  properties: FAST,
  documents: () => numbers.map((number) => record(`<Name>${number}</Name>`)),
  rows: 1,
};

const deletes = {
  ...creates,
  operation: 'delete',
  documents: (org: SalesforceOrg) => ids(org).map((id) => record(`<Id>${id}</Id>`)),
};

function csv(bulkOperation: string, header: string, rows: (org: SalesforceOrg) => readonly string[], more = {}): Way {
  return {
    operation: 'csvBulk',
    properties: { ...POLLING, bulkOperation, object: 'Invoice__c', ...more },
    documents: (org) => [{ body: `${header}\n${rows(org).join('\n')}\n` }],
    rows: ROWS,
  };
}

/** Creates the invoices of a CSV. */
export const inserts = csv('insert', 'Name', () => numbers.map(String));

/** Every write of invoices in jobs. */
export const writes: readonly (readonly [string, Way])[] = [
  ['create', creates],
  [
    'update',
    {
      ...creates,
      operation: 'update',
      documents: (org) => ids(org).map((id) => record(`<Id>${id}</Id><Name>New</Name>`)),
    },
  ],
  [
    'upsert',
    {
      ...creates,
      operation: 'upsert',
      properties: { ...FAST, ...KEY },
      documents: () => numbers.map((number) => record(`<External_Id__c>${number}</External_Id__c>`)),
    },
  ],
  ['delete', deletes],
  ['hard delete', { ...deletes, properties: { ...FAST, hardDelete: true } }],
  ['csvBulk insert', inserts],
  ['csvBulk update', csv('update', 'Id,Name', (org) => ids(org).map((id) => `${id},New`))],
  ['csvBulk upsert', csv('upsert', 'External_Id__c,Name', () => numbers.map((number) => `${number},New`), KEY)],
  ['csvBulk delete', csv('delete', 'Id', ids)],
  ['csvBulk hardDelete', csv('hardDelete', 'Id', ids)],
];
