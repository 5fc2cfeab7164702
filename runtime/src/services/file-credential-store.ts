import { createHash, randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import path from 'node:path';
import { ConnectorError, type CredentialStore, type Secret } from '@connector-runtime/core';
import { SecretText } from './secret-text.js';

/**
 * Credentials in a folder (0700) that several processes may share; one file (0600) for each revision of a key, the highest counts.
 *
 * A revision is written to a file of its own, synced, and then linked to its number, which exactly one of several writers can do: no lock is
 * held, so none is left behind by a process that dies.
 */
export class FileCredentialStore implements CredentialStore {
  /** The folder is made when it is first written to. */
  constructor(private readonly folder: string) {}

  async get(key: string): Promise<{ readonly value: Secret; readonly revision: number } | undefined> {
    for (;;) {
      const revision = await this.latest(key);
      if (revision === 0) return undefined;
      try {
        const text = await readFile(this.fileOf(key, revision), 'utf8');
        return { value: new SecretText(text), revision };
      } catch (error) {
        // Another process has just replaced it: look again.
        if (!isMissing(error)) throw unusable(this.folder, error);
      }
    }
  }

  async put(key: string, value: string, ifRevision: number): Promise<boolean> {
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await chmod(this.folder, 0o700);
      if ((await this.latest(key)) !== ifRevision) return false;
      const revision = ifRevision + 1;
      if (!(await this.claim(key, revision, value))) return false;
      // The two newest revisions stay. So a writer that was asleep since a revision now gone finds at least three newer ones, and knows that it came late.
      const latest = await this.latest(key);
      if (latest > revision + 1) {
        await removeFile(this.fileOf(key, revision));
        return false;
      }
      await this.removeUpTo(key, revision - 2);
      return true;
    } catch (error) {
      throw unusable(this.folder, error);
    }
  }

  /** Wipes everything stored under the key. */
  async remove(key: string): Promise<void> {
    await this.removeUpTo(key, Number.MAX_SAFE_INTEGER);
  }

  /** Makes the revision, or finds that another process did. */
  private async claim(key: string, revision: number, value: string): Promise<boolean> {
    const draft = path.join(this.folder, `${randomBytes(16).toString('hex')}.draft`);
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(value);
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await link(draft, this.fileOf(key, revision));
      await syncFolder(this.folder);
      return true;
    } catch (error) {
      if (isCode(error, 'EEXIST')) return false;
      throw error;
    } finally {
      await unlink(draft);
    }
  }

  private async latest(key: string): Promise<number> {
    return Math.max(0, ...(await this.revisions(key)));
  }

  private async revisions(key: string): Promise<number[]> {
    const start = `${nameOf(key)}.`;
    const names = await readdir(this.folder).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw unusable(this.folder, error);
    });
    return names.filter((name) => name.startsWith(start)).map((name) => Number(name.slice(start.length)));
  }

  private async removeUpTo(key: string, revision: number): Promise<void> {
    for (const old of await this.revisions(key)) {
      if (old <= revision) await removeFile(this.fileOf(key, old));
    }
  }

  private fileOf(key: string, revision: number): string {
    return path.join(this.folder, `${nameOf(key)}.${revision}`);
  }
}

/** Keys may hold anything; names of files may not. */
function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

async function removeFile(file: string): Promise<void> {
  await unlink(file).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return isCode(error, 'ENOENT');
}

function isCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown }).code === code;
}

function unusable(folder: string, cause: unknown): ConnectorError {
  return new ConnectorError(
    {
      category: 'config',
      code: 'CREDENTIALS_UNUSABLE',
      message: `the folder of stored credentials ${folder} cannot be used: ${(cause as { code?: string }).code ?? 'unknown error'}`,
      effect: 'none',
      retryable: false,
    },
    { cause },
  );
}
