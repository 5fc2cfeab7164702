import { outputElement } from '#src/browse/field-elements.js';
import { parseDescribe } from '#src/describe/sobject-describe.js';

const documented = (count: number, more: object = {}) => {
  const picklistValues = Array.from({ length: count }, (_, number) => ({ value: `v${number}`, active: true }));
  const field = { name: 'State', label: 'State', type: 'picklist', picklistValues, ...more };
  const { fields } = parseDescribe({ name: 'A', fields: [field] } as never);
  return fields.map(outputElement)[0]?.documentation ?? '';
};

test.each([
  [2, {}, 'State (picklist); such as: v0, v1'],
  [2, { restrictedPicklist: true }, 'State (picklist); one of: v0, v1'],
  [0, {}, 'State (picklist)'],
])('%i values of a picklist %j are told', (count, more, text) => {
  expect(documented(count, more)).toBe(text);
});

test('of very many values it is said how many are left out', () => {
  expect(documented(200)).toMatch(/, v199$/);
  expect(documented(201)).toMatch(/, v199 and 1 more$/);
});
