import { parseRowError } from '#src/operations/bulk/job-errors.js';

test.each<[string, string, string, string[]]>([
  [
    'REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --',
    'REQUIRED_FIELD_MISSING',
    'Required fields are missing: [Name]',
    ['Name'],
  ],
  [
    'DUPLICATE_VALUE:duplicate value found: X duplicates value on record with id: a01:--',
    'DUPLICATE_VALUE',
    'duplicate value found: X duplicates value on record with id: a01',
    [],
  ],
  ['INVALID_FIELD:a: b:A,B --', 'INVALID_FIELD', 'a: b', ['A', 'B']],
  ['CODE:two\nlines:F --', 'CODE', 'two\nlines', ['F']],
  ['no code at all', '', 'no code at all', []],
  ['', '', '', []],
])('%j', (text, code, message, fields) => {
  expect(parseRowError(text)).toEqual({ code, message, fields });
});
