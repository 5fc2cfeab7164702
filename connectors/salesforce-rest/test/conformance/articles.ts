import type { ObjectSpec } from '@connector-runtime/salesforce-org';

/** The object type that the suite works on: a field of each kind that it asks for, and an external id. */
export const ARTICLE: ObjectSpec = {
  name: 'Article__c',
  label: 'Article',
  labelPlural: 'Articles',
  keyPrefix: 'a0A',
  owners: ['User'],
  seeded: () => 3,
  fields: [
    { name: 'Name', type: 'string', nameField: true, default: null, seed: ({ position }) => `Seeded ${position}` },
    { name: 'External_Id__c', type: 'string', length: 40, unique: true, externalId: true },
    { name: 'Text__c', type: 'textarea', length: 131_072 },
    { name: 'Note__c', type: 'string', length: 80 },
    { name: 'Number__c', type: 'double', precision: 18, scale: 2 },
    { name: 'Moment__c', type: 'datetime' },
  ],
};

/** Plain object types, so that a list of them is long. */
export function manyTypes(n: number): readonly ObjectSpec[] {
  return Array.from({ length: n }, (_, index) => {
    const number = String(index).padStart(5, '0');
    return {
      name: `Many_${number}__c`,
      label: `Many ${number}`,
      labelPlural: `Many ${number}`,
      keyPrefix: `b${index.toString(36).padStart(2, '0')}`,
      fields: [{ name: 'Name', type: 'string', nameField: true, default: null }],
    };
  });
}
