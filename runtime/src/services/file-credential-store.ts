import { createHash, randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readdir, readFile, stat, truncate, unlink } from 'node:fs/promises';
import path from 'node:path';
import { ConnectorError, type CredentialStore, isConnectorError, type Secret } from '@connector-runtime/core';
import { SecretText } from './secret-text.js';

/** So many of the newest revisions keep their names, the older ones of them without content. A writer that slept through as many finds out that it came late. */
const KEPT_REVISIONS = 16;

/** A draft this old belongs to a process that died. */
const DEAD_DRAFT_MS = 60_000;

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
    for (let before = 0; ; ) {
      const revision = await this.latest(key);
      if (revision === 0) return undefined;
      const value = storedValue(await this.textOf(key, revision));
      if (value !== undefined) return { value: new SecretText(value), revision };
      // Another process has just replaced it, unless the revision is still the same: then it is broken.
      if (revision === before) throw unusable(this.folder, new Error('a file in it is broken'));
      before = revision;
    }
  }

  async put(key: string, value: string, ifRevision: number): Promise<boolean> {
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await chmod(this.folder, 0o700);
      if ((await this.latest(key)) !== ifRevision) return false;
      const revision = ifRevision + 1;
      if (!(await this.claim(key, revision, value))) return false;
      const latest = await this.latest(key);
      if (latest >= revision + KEPT_REVISIONS) {
        await unlessMissing(unlink(this.fileOf(key, revision)));
        return false;
      }
      await this.tidy(key, revision);
      return true;
    } catch (error) {
      throw unusable(this.folder, error);
    }
  }

  private async textOf(key: string, revision: number): Promise<string> {
    try {
      return (await unlessMissing(readFile(this.fileOf(key, revision), 'utf8'))) ?? '';
    } catch (error) {
      throw unusable(this.folder, error);
    }
  }

  /** Makes the revision, or finds that another process did. */
  private async claim(key: string, revision: number, value: string): Promise<boolean> {
    const draft = path.join(this.folder, `${randomBytes(16).toString('hex')}.draft`);
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify(value));
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
      await unlessMissing(unlink(draft));
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
    return names
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice(start.length))
      .filter((end) => /^\d+$/.test(end))
      .map(Number);
  }

  /** The revision before this one stays readable, for those who are about to. */
  private async tidy(key: string, revision: number): Promise<void> {
    await unlessMissing(truncate(this.fileOf(key, revision - 2)));
    await this.removeUpTo(key, revision - KEPT_REVISIONS);
    for (const name of await readdir(this.folder)) {
      if (!name.endsWith('.draft')) continue;
      const draft = path.join(this.folder, name);
      const facts = await unlessMissing(stat(draft));
      if (facts !== undefined && Date.now() - facts.mtimeMs > DEAD_DRAFT_MS) await unlessMissing(unlink(draft));
    }
  }

  private async removeUpTo(key: string, revision: number): Promise<void> {
    for (const old of await this.revisions(key)) {
      if (old <= revision) await unlessMissing(unlink(this.fileOf(key, old)));
    }
  }

  private fileOf(key: string, revision: number): string {
    return path.join(this.folder, `${nameOf(key)}.${revision}`);
  }
}

/** The error of a text that is no JSON is not kept: it would quote the text. */
function storedValue(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Keys may hold anything; names of files may not. */
function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Another process may have removed the file first. */
function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
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
  if (isConnectorError(cause)) return cause;
  return new ConnectorError(
    {
      category: 'config',
      code: 'CREDENTIALS_UNUSABLE',
      message: `the folder of stored credentials ${folder} cannot be used: ${(cause as { code?: string }).code ?? (cause as Error).message}`,
      effect: 'none',
      retryable: false,
    },
    { cause },
  );
}
