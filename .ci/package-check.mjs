// Packs every public package and holds the tarball against publint and attw: node .ci/package-check.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8'));
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
for (const workspace of workspaces) {
  const { name, private: isPrivate } = JSON.parse(readFileSync(path.join(workspace, 'package.json'), 'utf8'));
  if (isPrivate) continue;
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: workspace,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  const tarball = path.join(folder, packed.filename);
  run('npx', ['publint', '--strict', 'run', tarball]);
  run('npx', ['attw', '--profile', 'node16', '--quiet', tarball]);
  console.log(`${name}: ${packed.files.length} files, ${packed.unpackedSize} bytes`);
}
rmSync(folder, { recursive: true });
process.exitCode = failed > 0 ? 1 : 0;
