import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type LongRunFigures, referencePage } from '@connector-runtime/conformance-tests';

test('the page of conformance checks is what the checks say', () => {
  const docs = path.resolve(__dirname, '..');
  const written = readFileSync(path.join(docs, 'reference', 'conformance.md'), 'utf8');
  const figures = readFileSync(path.join(docs, '..', 'conformance-tests', 'long-run.json'), 'utf8');

  expect(written).toBe(referencePage(JSON.parse(figures) as LongRunFigures));
});
