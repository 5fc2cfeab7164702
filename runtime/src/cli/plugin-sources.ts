import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from './exit-codes.js';
import type { PluginNames } from './plugin-template.js';

/** The packages of this repository that a plugin is written, run and tested with. */
const NEEDED = ['core', 'runtime', 'conformance-tests'] as const;
const SCOPE = '@connector-runtime/';

/** What a plugin installs from the registry: the version that this command is of, for all packages share one. */
export function fromRegistry(version: string): PluginNames['packages'] {
  return new Map(NEEDED.map((name) => [SCOPE + name, { version, install: `^${version}` }]));
}

/** What a plugin at `target` installs from a folder of tarballs, as `npm pack` makes them. Throws {@link UsageError} where one is missing, or there are two. */
export async function fromTarballs(folder: string, target: string): Promise<PluginNames['packages']> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--from ${folder} cannot be read (${error.code}); name a folder of tarballs`);
  });
  const missing: string[] = [];
  const found = new Map<string, { readonly version: string; readonly install: string }>();
  const relative = path
    .relative(await realTarget(target), await realpath(folder))
    .split(path.sep)
    .join('/');
  for (const name of NEEDED) {
    const tarballs = names.flatMap((file) => {
      const version = new RegExp(`^connector-runtime-${name}-(\\d+\\.\\d+\\.\\d+[0-9A-Za-z.+-]*)\\.tgz$`).exec(
        file,
      )?.[1];
      return version === undefined ? [] : [{ file, version }];
    });
    const [tarball, another] = tarballs;
    if (another !== undefined) {
      const shown = tarballs.map(({ file }) => file).join(', ');
      throw new UsageError(`--from ${folder} has more than one tarball of ${SCOPE}${name}: ${shown}; leave one there`);
    }
    if (tarball === undefined) missing.push(SCOPE + name);
    else found.set(SCOPE + name, { version: tarball.version, install: `file:${relative}/${tarball.file}` });
  }
  if (missing.length > 0) {
    const remedy = '`npm run pack -- <folder>` in a clone of the runtime makes them';
    throw new UsageError(`--from ${folder} has no tarball of ${missing.join(', ')}; ${remedy}`);
  }
  return found;
}

/** Where the target will be once it is there, without symbolic links: npm looks from there. */
async function realTarget(target: string): Promise<string> {
  for (let folder = target; ; folder = path.dirname(folder)) {
    const real = await realpath(folder).catch(() => undefined);
    if (real !== undefined) return path.join(real, path.relative(folder, target));
    if (path.dirname(folder) === folder) return target;
  }
}
