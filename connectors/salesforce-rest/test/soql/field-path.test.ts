import { parseFieldPath } from '#src/soql/field-path.js';

describe('a field path', () => {
  test.each([
    ['Name', [], [], 'Name'],
    ['Owner/Email', [], ['Owner'], 'Email'],
    ['A/B/C/D/E/F', [], ['A', 'B', 'C', 'D', 'E'], 'F'],
    ['Contacts/records/Name', ['Contacts'], [], 'Name'],
    ['Contacts/records/Owner/Name', ['Contacts'], ['Owner'], 'Name'],
    ['Contacts/records/Cases/records/Subject', ['Contacts', 'Cases'], [], 'Subject'],
    ['My_records/Name', [], ['My_records'], 'Name'],
  ])('%s is taken apart', (path, children, parents, field) => {
    expect(parseFieldPath(path, '/fields/0')).toEqual({ children, parents, field });
  });

  test.each(['', '/Name', 'Owner//Name', 'Contacts/records', 'records/Name', 'A/B/C/D/E/F/G'])(
    '"%s" is refused',
    (path) => {
      expect(() => parseFieldPath(path, '/fields/0')).toThrow(
        expect.objectContaining({ info: expect.objectContaining({ code: 'FIELD_PATH_INVALID', path: '/fields/0' }) }),
      );
    },
  );
});
