import type { ObjectSpec } from '../object-spec.js';

export const TASK: ObjectSpec = {
  name: 'Task',
  label: 'Task',
  labelPlural: 'Tasks',
  keyPrefix: '00T',
  owners: ['Group', 'User'],
  seeded: (accounts) => Math.min(accounts, 5_000),
  fields: [
    {
      name: 'WhoId',
      label: 'Name ID',
      type: 'reference',
      to: ['Contact', 'Lead'],
      relationship: 'Who',
      children: 'Tasks',
      seed: (row) =>
        row.pick([
          row.idOf('003', row.number(2 * Math.min(row.accounts, 10_000), 1)),
          row.idOf('00Q', row.number(Math.min(row.accounts, 2_000), 2)),
          null,
        ]),
    },
    {
      name: 'WhatId',
      label: 'Related To ID',
      type: 'reference',
      to: ['Account', 'Opportunity', 'Case', 'Invoice__c'],
      relationship: 'What',
      children: 'Tasks',
      seed: (row) =>
        row.pick([
          row.idOf('001', row.number(row.accounts, 1)),
          row.idOf('006', row.number(Math.min(row.accounts, 10_000), 2)),
          null,
        ]),
    },
    {
      name: 'Subject',
      type: 'combobox',
      length: 255,
      nameField: true,
      values: ['Call', 'Email', 'Send Letter', 'Other'],
      seed: (row) => row.pick(['Call', 'Email']),
    },
    { name: 'ActivityDate', label: 'Due Date Only', type: 'date', seed: (row) => row.day() },
    {
      name: 'Status',
      type: 'picklist',
      values: ['Not Started', 'In Progress', 'Completed', 'Deferred'],
      required: true,
      default: 'Not Started',
      seed: () => 'Not Started',
    },
    {
      name: 'Priority',
      type: 'picklist',
      values: ['High', 'Normal', 'Low'],
      required: true,
      default: 'Normal',
      seed: () => 'Normal',
    },
    { name: 'Description', type: 'textarea', length: 32000 },
    {
      name: 'IsClosed',
      label: 'Closed',
      type: 'boolean',
      readOnly: true,
      compute: (read) => read('Status') === 'Completed',
    },
  ],
};
