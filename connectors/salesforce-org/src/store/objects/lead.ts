import type { ObjectSpec } from '../object-spec.js';
import { addressFields } from './address-fields.js';
import { personFields } from './person-fields.js';
import { COMPANY_FIRST, INDUSTRIES, LEAD_SOURCES, RATINGS } from './words.js';

export const LEAD: ObjectSpec = {
  name: 'Lead',
  label: 'Lead',
  labelPlural: 'Leads',
  keyPrefix: '00Q',
  owners: ['Group', 'User'],
  seeded: (accounts) => Math.min(accounts, 2_000),
  fields: [
    ...personFields(),
    {
      name: 'Company',
      type: 'string',
      length: 255,
      required: true,
      seed: (row) => `${row.pick(COMPANY_FIRST)} ${row.position + 1}`,
    },
    ...addressFields('', 0),
    { name: 'Title', type: 'string', length: 128 },
    { name: 'Phone', type: 'phone', length: 40 },
    { name: 'Email', type: 'email', length: 80, idLookup: true, seed: (row) => `lead${row.position + 1}@example.com` },
    { name: 'Website', type: 'url', length: 255 },
    { name: 'Description', type: 'textarea', length: 32000 },
    { name: 'LeadSource', type: 'picklist', values: LEAD_SOURCES, seed: (row) => row.pick(LEAD_SOURCES) },
    {
      name: 'Status',
      type: 'picklist',
      values: ['Open - Not Contacted', 'Working - Contacted', 'Closed - Converted', 'Closed - Not Converted'],
      required: true,
      default: 'Open - Not Contacted',
      seed: () => 'Open - Not Contacted',
    },
    { name: 'Industry', type: 'picklist', values: INDUSTRIES },
    { name: 'Rating', type: 'picklist', values: RATINGS },
    { name: 'AnnualRevenue', type: 'currency', precision: 18, scale: 0 },
    { name: 'NumberOfEmployees', label: 'Employees', type: 'int' },
    { name: 'IsConverted', label: 'Converted', type: 'boolean', default: false, readOnly: true },
    {
      name: 'ConvertedAccountId',
      label: 'Converted Account ID',
      type: 'reference',
      to: ['Account'],
      relationship: 'ConvertedAccount',
      readOnly: true,
    },
  ],
};
