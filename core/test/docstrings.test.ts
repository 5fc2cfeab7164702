import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const SOURCES = path.resolve(__dirname, '..', 'src');

/** What is exported without a docstring right above it; a note for the linter may stand between. */
function bareExports(file: string): string[] {
  const lines = readFileSync(path.join(SOURCES, file), 'utf8').split('\n');
  return lines.filter((line, index) => {
    const above = lines.slice(0, index).filter((other) => !other.startsWith('// biome-ignore'));
    return line.startsWith('export ') && above.at(-1)?.trimEnd().endsWith('*/') !== true;
  });
}

const files = readdirSync(SOURCES, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts') && path.basename(file) !== 'index.ts');

test.each(files)('every export of %s has a docstring', (file) => {
  expect(bareExports(file)).toEqual([]);
});
