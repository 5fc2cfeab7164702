import { readFileSync } from 'node:fs';
import path from 'node:path';
import { referencePage } from '@connector-runtime/conformance-tests';

test('the page of conformance checks is what the checks say', () => {
  const written = readFileSync(path.resolve(__dirname, '..', 'reference', 'conformance.md'), 'utf8');

  expect(written).toBe(referencePage());
});
