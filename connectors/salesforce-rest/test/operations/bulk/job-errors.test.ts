import { rowError } from '#src/operations/bulk/job-errors.js';

test.each<[string, string, string, string | undefined]>([
  [
    'REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --',
    'REQUIRED_FIELD_MISSING',
    'REQUIRED_FIELD_MISSING: Required fields are missing: [Name]',
    'Name',
  ],
  [
    'DUPLICATE_VALUE:duplicate value found: X duplicates value on record with id: a01:--',
    'DUPLICATE_VALUE',
    'DUPLICATE_VALUE: duplicate value found: X duplicates value on record with id: a01',
    undefined,
  ],
  ['INVALID_FIELD:a: b:A,B --', 'INVALID_FIELD', 'INVALID_FIELD: a: b', undefined],
  ['CODE:two\nlines:F --', 'CODE', 'CODE: two lines', 'F'],
  ['no code at all', '', ': no code at all', undefined],
])('the error of a row that says %j has its code, its message and its only field', (text, code, message, field) => {
  const error = rowError(text, '750');

  expect(error.service).toEqual({ code, jobId: '750' });
  expect([error.message, error.path]).toEqual([message, field]);
});
