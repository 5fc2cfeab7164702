import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from './exit-codes.js';
import { writing } from './output-stream.js';
import type { PackageFile } from './plugin-template.js';

/** Throws {@link UsageError} unless there is nothing at `folder`, or an empty folder. `shown` is how the person named it. */
export async function expectFree(folder: string, shown: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    const reason = error.code === 'ENOTDIR' ? 'is no folder' : `cannot be read (${error.code})`;
    throw new UsageError(`${shown} ${reason}; name a folder that does not exist yet`);
  });
  if (names.length > 0) throw new UsageError(`${shown} is not empty; name a folder that does not exist yet`);
}

/** Writes files into a folder that is new or empty: all of them, or none. Throws `OutputLost` where the system refuses. */
export async function writeNewFolder(folder: string, files: readonly PackageFile[]): Promise<void> {
  await writing(folder, async () => {
    const parent = path.dirname(folder);
    const madeParent = await mkdir(parent, { recursive: true });
    let draft: string | undefined;
    try {
      draft = await mkdtemp(path.join(parent, `.${path.basename(folder)}-`));
      for (const { path: file, text } of files) {
        await mkdir(path.join(draft, path.dirname(file)), { recursive: true });
        await writeFile(path.join(draft, file), text);
      }
      await publish(draft, folder);
    } catch (error) {
      for (const made of [draft, madeParent]) if (made !== undefined) await rm(made, { recursive: true, force: true });
      throw error;
    }
  });
}

/** A folder that is there stays the same one: a shell may stand in it. */
async function publish(draft: string, folder: string): Promise<void> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    await chmod(draft, 0o777 & ~process.umask());
    await rename(draft, folder);
    return;
  }
  const moved: string[] = [];
  try {
    for (const name of await readdir(draft)) {
      await rename(path.join(draft, name), path.join(folder, name));
      moved.push(name);
    }
  } catch (error) {
    for (const name of moved) await rm(path.join(folder, name), { recursive: true, force: true });
    throw error;
  }
  await rm(draft, { recursive: true });
}
