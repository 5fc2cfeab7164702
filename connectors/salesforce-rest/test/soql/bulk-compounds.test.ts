import { refuseBulkCompound } from '#src/soql/bulk-compounds.js';

test.each([
  ['Site__c', 'location', 'Site__Latitude__s, Site__Longitude__s'],
  ['Account/Site__c', 'address', 'Account/Site__Street__s, Account/Site__City__s'],
])('the parts of the custom field %s (%s) are told', (path, type, parts) => {
  expect(() => refuseBulkCompound(type, path, '/fields/0')).toThrow(`name its parts (${parts}, …)`);
});
