import type { ObjectSpec } from '../object-spec.js';

const READ_ONLY = { createable: false, updateable: false, deletable: false };

/** Object types of few fields, among them those that cannot be queried or written. */
export const SMALL_OBJECTS: readonly ObjectSpec[] = [
  {
    name: 'Group',
    label: 'Group',
    labelPlural: 'Group',
    keyPrefix: '00G',
    seeded: () => 2,
    fields: [
      {
        name: 'Name',
        type: 'string',
        length: 40,
        required: true,
        nameField: true,
        seed: (row) => `Queue ${row.position + 1}`,
      },
      { name: 'DeveloperName', type: 'string', length: 80, seed: (row) => `Queue_${row.position + 1}` },
      { name: 'Email', type: 'email', length: 255 },
      { name: 'Type', type: 'picklist', values: ['Regular', 'Queue'], createOnly: true, seed: () => 'Queue' },
    ],
  },
  {
    name: 'Organization',
    label: 'Organization',
    labelPlural: 'Organization',
    keyPrefix: '00D',
    flags: { ...READ_ONLY, searchable: false },
    seeded: () => 1,
    fields: [
      { name: 'Name', type: 'string', length: 80, required: true, nameField: true, seed: () => 'Loopback Org' },
      {
        name: 'OrganizationType',
        label: 'Edition',
        type: 'picklist',
        readOnly: true,
        values: [
          'Team Edition',
          'Professional Edition',
          'Enterprise Edition',
          'Developer Edition',
          'Personal Edition',
          'Unlimited Edition',
          'Contact Manager Edition',
          'Base Edition',
        ],
      },
      { name: 'IsSandbox', type: 'boolean', readOnly: true, default: false },
      { name: 'InstanceName', type: 'string', length: 5, readOnly: true },
      { name: 'NamespacePrefix', type: 'string', length: 15, readOnly: true },
      {
        name: 'LanguageLocaleKey',
        label: 'Language',
        type: 'picklist',
        values: ['en_US'],
        readOnly: true,
        seed: () => 'en_US',
      },
      {
        name: 'TimeZoneSidKey',
        label: 'Time Zone',
        type: 'picklist',
        values: ['GMT'],
        readOnly: true,
        seed: () => 'GMT',
      },
      { name: 'TrialExpirationDate', type: 'datetime', readOnly: true },
    ],
  },
  {
    name: 'AccountHistory',
    label: 'Account History',
    labelPlural: 'Account History',
    keyPrefix: null,
    flags: { ...READ_ONLY, searchable: false },
    fields: [
      {
        name: 'AccountId',
        label: 'Account ID',
        type: 'reference',
        to: ['Account'],
        relationship: 'Account',
        children: 'Histories',
        onDelete: 'cascade',
        readOnly: true,
      },
      { name: 'Field', label: 'Changed Field', type: 'picklist', values: ['Name', 'Owner'], readOnly: true },
    ],
  },
  {
    name: 'AccountChangeEvent',
    label: 'Account Change Event',
    labelPlural: 'Account Change Events',
    keyPrefix: null,
    flags: { ...READ_ONLY, queryable: false, searchable: false },
    fields: [{ name: 'Name', label: 'Account Name', type: 'string', length: 255, readOnly: true }],
  },
];
