import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const packageFolder = path.resolve(__dirname, '..', '..');

const SOURCE = `
import type { Connection, Operation } from '@connector-runtime/core';
import { definePlugin } from '@connector-runtime/core/authoring';
declare const connection: new () => Connection;
declare const write: new () => Operation;
export default definePlugin({
  manifest: {
    id: 'notes', version: '1.0.0', contract: '^1.0', title: 'Notes', configVersion: 1, egress: 'own',
    connection: { properties: { type: 'object' } },
    operations: [{ id: 'write', title: 'Write', effect: 'create', repeat: 'unsafe', properties: { type: 'object' }, objectType: 'none',
      accepts: ['text/plain'], emits: [], order: 'input', resumable: false, reconciles: false,
      limits: { maxDocumentBytes: 1000, maxInFlight: 1, stopWithinMs: 1000 } }],
  },
  connection,
  operations: { OPERATION },
});
`;

/** What the compiler says of the source; empty if it accepts it. */
function compile(operations: string): string {
  const folder = mkdtempSync(path.join(packageFolder, 'dist-test', 'compile-'));
  try {
    writeFileSync(path.join(folder, 'plugin.ts'), SOURCE.replace('OPERATION', operations));
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: 'commonjs',
      moduleResolution: 'bundler',
      target: 'es2023',
      types: [],
      skipLibCheck: true,
    };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['plugin.ts'] }));
    execFileSync(
      process.execPath,
      [path.join(path.dirname(require.resolve('typescript/package.json')), 'bin', 'tsc'), '-p', folder],
      { encoding: 'utf8' },
    );
    return '';
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('definePlugin', () => {
  test('takes operations that the manifest declares', () => {
    expect(compile('write: () => write')).toBe('');
  });

  test('refuses a misspelt operation at compile time', () => {
    expect(compile('wriet: () => write')).toContain('wriet');
  });

  test('refuses a bare class where a choice is wanted', () => {
    expect(compile('write: write')).toContain('error TS');
  });
});
