import type { ObjectSpec } from '../object-spec.js';
import { addressFields } from './address-fields.js';
import { personFields } from './person-fields.js';
import { LEAD_SOURCES } from './words.js';

export const CONTACT: ObjectSpec = {
  name: 'Contact',
  label: 'Contact',
  labelPlural: 'Contacts',
  keyPrefix: '003',
  owners: ['User'],
  seeded: (accounts) => Math.min(2 * accounts, 20_000),
  fields: [
    {
      name: 'AccountId',
      label: 'Account ID',
      type: 'reference',
      to: ['Account'],
      relationship: 'Account',
      children: 'Contacts',
      onDelete: 'cascade',
      seed: (row) => (row.position % 20 === 19 ? null : row.idOf('001', row.number(row.accounts))),
    },
    ...personFields(),
    ...addressFields('Mailing', 50),
    {
      name: 'Phone',
      label: 'Business Phone',
      type: 'phone',
      length: 40,
      seed: (row) => (row.chance(70) ? `+47 ${10000000 + row.number(89999999)}` : null),
    },
    { name: 'MobilePhone', type: 'phone', length: 40 },
    {
      name: 'Email',
      type: 'email',
      length: 80,
      idLookup: true,
      seed: (row) => `contact${row.position + 1}@example.com`,
    },
    { name: 'Title', type: 'string', length: 128, seed: (row) => row.pick(['Buyer', 'Director', 'Engineer', null]) },
    { name: 'Department', type: 'string', length: 80 },
    { name: 'ReportsToId', label: 'Reports To ID', type: 'reference', to: ['Contact'], relationship: 'ReportsTo' },
    { name: 'LeadSource', type: 'picklist', values: LEAD_SOURCES },
    {
      name: 'Birthdate',
      type: 'date',
      seed: (row) =>
        row.chance(60) ? `19${50 + row.number(50, 2)}-0${1 + row.number(9, 3)}-1${row.number(10, 4)}` : null,
    },
    { name: 'Description', label: 'Contact Description', type: 'textarea', length: 32000 },
    { name: 'DoNotCall', type: 'boolean', default: false },
    { name: 'HasOptedOutOfEmail', label: 'Email Opt Out', type: 'boolean', default: false },
    {
      name: 'External_Id__c',
      type: 'string',
      length: 40,
      unique: true,
      externalId: true,
      caseSensitive: true,
      seed: (row) => `Con-${row.position + 1}`,
    },
  ],
};
