// Packs every public package and holds the tarball against publint and attw: node .ci/package-check.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packAll } from './pack.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'connector-runtime-packages-'));
let failed = 0;
const run = (command, args, cwd) => {
  try {
    execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    failed += 1;
    console.error(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`);
  }
};
for (const packed of packAll(folder)) {
  const tarball = path.join(folder, packed.filename);
  run('npx', ['publint', '--strict', 'run', tarball]);
  run('npx', ['attw', '--profile', 'node16', '--quiet', tarball]);
  console.log(`${packed.name}: ${packed.files.length} files, ${packed.unpackedSize} bytes`);
}
rmSync(folder, { recursive: true });
process.exitCode = failed > 0 ? 1 : 0;
