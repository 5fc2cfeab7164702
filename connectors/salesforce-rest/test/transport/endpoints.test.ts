import { describePath, externalIdPath, queryPath, recordPath, recordsPath } from '#src/transport/endpoints.js';

describe('a path', () => {
  test.each([
    [recordsPath('Account'), '/sobjects/Account'],
    [recordPath('Account', '001/../x'), '/sobjects/Account/001%2F..%2Fx'],
    [externalIdPath('X__c', 'Ext__c', 'a b/c+d?#%'), '/sobjects/X__c/Ext__c/a%20b%2Fc%2Bd%3F%23%25'],
    [externalIdPath('X__c', 'Id'), '/sobjects/X__c/Id'],
    [describePath('Account'), '/sobjects/Account/describe'],
    [
      queryPath('SELECT Id FROM A WHERE B > 2024-01-01T00:00:00+01:00', false),
      '/query?q=SELECT%20Id%20FROM%20A%20WHERE%20B%20%3E%202024-01-01T00%3A00%3A00%2B01%3A00',
    ],
    [queryPath('x', true), '/queryAll?q=x'],
  ])('%s is one segment per part', (path, expected) => {
    expect(path).toBe(expected);
  });

  test.each(['', '.', '..', '\ud800'])('with the value %p is refused', (value) => {
    expect(() => externalIdPath('A', 'B', value)).toThrow(
      expect.objectContaining({ info: expect.objectContaining({ code: 'PATH_SEGMENT_INVALID' }) }),
    );
  });
});
