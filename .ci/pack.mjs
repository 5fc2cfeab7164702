// Packs every public package into a folder: npm run pack -- <folder>
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The tarballs, as `npm pack --json` tells of them. */
export function packAll(folder) {
  const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8'));
  return workspaces
    .filter((workspace) => JSON.parse(readFileSync(path.join(workspace, 'package.json'), 'utf8')).private !== true)
    .map((workspace) => {
      const [packed] = JSON.parse(
        execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
          cwd: workspace,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      );
      return packed;
    });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv[2];
  if (named === undefined) {
    console.error('name a folder for the tarballs: npm run pack -- <folder>');
    process.exit(2);
  }
  const folder = path.resolve(process.env.INIT_CWD ?? '.', named);
  mkdirSync(folder, { recursive: true });
  for (const { filename } of packAll(folder)) console.log(path.join(folder, filename));
}
