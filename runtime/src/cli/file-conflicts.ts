import { fstatSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from './exit-codes.js';

/** A file or folder of the command line; `-` is stdin or stdout. */
export interface NamedPath {
  /** As people know it: "--input in.ndjson". */
  readonly name: string;
  readonly path: string;
}

/** Throws a {@link UsageError} where a path that will be written is one that is read, lies in a folder that is read, or is written twice, or where one lies in a folder that is written; links are followed. */
export async function refuseConflicts(reads: readonly NamedPath[], writes: readonly NamedPath[]): Promise<void> {
  const read = await Promise.all(reads.map((named) => placeOf(named, 0)));
  const written = await Promise.all(writes.map((named) => placeOf(named, 1)));
  written.forEach((own, index) => {
    for (const other of [...read, ...written.slice(0, index)])
      if (isSame(own, other)) throw new UsageError(`${own.name} and ${other.name} are the same file`);
    const folder = read.find((other) => holds(other, own));
    if (folder !== undefined) throw new UsageError(`${own.name} lies in the folder of ${folder.name}`);
    const inside = [...read, ...written].find((other) => other.name !== own.name && holds(own, other));
    if (inside !== undefined) throw new UsageError(`${inside.name} lies in the folder of ${own.name}`);
  });
}

interface Place extends NamedPath {
  /** Where it stands: of a link its own path, which what is written there would replace. */
  readonly entry?: string;
  /** Device and number of a file or folder that exists. */
  readonly identity?: string;
}

async function placeOf(named: NamedPath, descriptor: number): Promise<Place> {
  if (named.path === '-') {
    const found = fstatSync(descriptor);
    return found.isFile() ? { ...named, identity: `${found.dev}:${found.ino}` } : named;
  }
  const found = await stat(named.path).catch(() => undefined);
  const given = path.resolve(named.path);
  const real = await realPathOf(given);
  const entry = path.join(await realPathOf(path.dirname(given)), path.basename(given));
  const isKept = found?.isFile() === true || found?.isDirectory() === true;
  return { name: named.name, path: real, entry, ...(isKept ? { identity: `${found.dev}:${found.ino}` } : {}) };
}

/** Of a path that does not exist yet: its nearest folder's real path and the rest. */
async function realPathOf(file: string): Promise<string> {
  const real = await realpath(file).catch(() => undefined);
  if (real !== undefined || path.dirname(file) === file) return real ?? file;
  return path.join(await realPathOf(path.dirname(file)), path.basename(file));
}

function isSame(one: Place, other: Place): boolean {
  if (one.identity !== undefined && other.identity !== undefined) return one.identity === other.identity;
  return one.path !== '-' && one.path === other.path;
}

function holds(folder: Place, file: Place): boolean {
  const inside = `${folder.path}${path.sep}`;
  return folder.path !== '-' && (file.path.startsWith(inside) || file.entry?.startsWith(inside) === true);
}
