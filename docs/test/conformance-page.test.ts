import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type LongRunFigures, referencePage } from '@connector-runtime/conformance-tests';

test('the page of conformance checks is what the checks say', () => {
  const docs = path.resolve(__dirname, '..');
  const written = readFileSync(path.join(docs, 'reference', 'conformance.md'), 'utf8');
  const file = path.join(docs, '..', 'conformance-tests', 'long-run.json');
  const figures = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LongRunFigures) : undefined;

  expect(written).toBe(referencePage(figures));
});
