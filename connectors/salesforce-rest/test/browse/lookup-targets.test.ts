import type { CallContext } from '@connector-runtime/core';
import { fieldsAt } from '#src/browse/field-levels.js';
import type { ObjectModel } from '#src/browse/object-model.js';
import { queryModel, selectedBy } from '#src/browse/output-model.js';
import type { DescribeCache } from '#src/describe/describe-cache.js';
import { parseDescribe, type SObjectDescribe } from '#src/describe/sobject-describe.js';
import { resolveFields } from '#src/operations/field-resolution.js';

const text = (name: string) => ({ name, type: 'string' });
const lookup = (relationshipName: string, ...referenceTo: string[]) => ({
  name: `${relationshipName}Id`,
  type: 'reference',
  relationshipName,
  referenceTo,
});
const describeOf = (name: string, ...fields: object[]) => parseDescribe({ name, fields } as never);

/** A task is about an account or a case, and both have a parent of their own type. */
const DESCRIBES: Readonly<Record<string, SObjectDescribe>> = {
  Task: describeOf('Task', lookup('What', 'Account', 'Case')),
  Account: describeOf('Account', text('Name'), lookup('Parent', 'Account')),
  Case: describeOf('Case', text('CaseNumber'), lookup('Parent', 'Case')),
};
const task = DESCRIBES['Task'] as SObjectDescribe;
const describes = {
  describe: async (name: string) => DESCRIBES[name],
  describeVisible: async (names: readonly string[]) => names.map((name) => DESCRIBES[name]),
} as unknown as DescribeCache;
const context = { signal: new AbortController().signal } as CallContext;

describe('below a parent of several types, the lookups of all of them are followed', () => {
  test('by the fields of a query', async () => {
    const paths = ['What/Parent/Name', 'What/Parent/CaseNumber'].map((path) => ({ path, pointer: '/fields/0' }));

    const resolved = await resolveFields(task, paths, describes, context);

    expect([...resolved.values()].map(({ name }) => name)).toEqual(['What.Parent.Name', 'What.Parent.CaseNumber']);
  });

  test('by the schema of a query', async () => {
    const selected = selectedBy(['What/Parent/CaseNumber']);

    const { types } = await queryModel(task, { parents: 0, children: 0, selected }, describes, context);

    const parent = types.find(({ name }) => name === 'Account_or_Case');
    expect(types.map(({ name }) => name)).toEqual(['Task', 'Account_or_Case', 'Account_or_Case_2']);
    expect(parent?.elements.find(({ name }) => name === 'Parent')?.documentation).toBe('Account or Case of ParentId');
  });

  test('by the levels of a picker', async () => {
    const query = { operation: 'query', objectType: 'Task', path: ['What', 'Parent'] };

    const level = await fieldsAt(query, describes, context);

    expect(level.map(({ name, type }) => [name, type])).toEqual(
      expect.arrayContaining([
        ['Name', 'string'],
        ['CaseNumber', 'string'],
        ['Parent', 'Account, Case'],
      ]),
    );
  });
});

describe('a lookup in the schema of a query', () => {
  /** The schema of a record that may be about so many object types, of which one cannot be seen. */
  async function modelOf(count: number): Promise<ObjectModel> {
    const names = Array.from({ length: count }, (_, number) => `Thing${number}__c`);
    const note = describeOf('Note', lookup('About', ...names));
    const things = {
      describeVisible: async (asked: readonly string[]) =>
        asked.filter((name) => name !== 'Thing1__c').map((name) => describeOf(name, text('Name'), text(`${name}_x`))),
    } as unknown as DescribeCache;
    return queryModel(note, { parents: 1, children: 0, selected: selectedBy([]) }, things, context);
  }
  const aboutIn = ({ types }: ObjectModel) => types[0]?.elements.find(({ name }) => name === 'About');

  test.each([2, 7, 100])('to %d object types has the fields of all that can be seen', async (count) => {
    const model = await modelOf(count);

    const about = aboutIn(model);
    const type = about?.content.kind === 'record' ? about.content.type : '';
    expect(model.types.find(({ name }) => name === type)?.elements).toHaveLength(count + 1);
    expect(about?.documentation).not.toContain('left open');
    expect(type.length).toBeLessThan(100);
  });

  test('to more than 100 is left open, and its documentation says so', async () => {
    const about = aboutIn(await modelOf(101));

    expect(about?.content.kind).toBe('open');
    expect(about?.documentation).toMatch(/Thing100__c of AboutId; left open, for these are 101 object types/);
  });
});
