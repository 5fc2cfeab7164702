import { readFileSync } from 'node:fs';
import { PAGE_FILE, referencePage } from '../mutants/reference-page.js';

test('the page of conformance checks is what the checks say', () => {
  expect(readFileSync(PAGE_FILE, 'utf8')).toBe(referencePage());
});
