import { createHash, randomBytes } from 'node:crypto';
import { rmSync, unlink } from 'node:fs';
import { lstat, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { type Body, ConnectorError, type Spool } from '@connector-runtime/core';
import { bodyOfFile } from './body.js';

/** The host is part of the name: machines or containers that share the folder do not know each other's process ids. */
const PREFIX = `connector-runtime-${createHash('sha256').update(hostname()).digest('hex').slice(0, 12)}-`;

/** Folders of dead processes are looked for once in each parent folder. */
const sweeps = new Map<string, Promise<void>>();

/** Scratch space in files (0600) of a private folder (0700), which is made at the first write and gone with `close`. A body that nobody holds any more gives its room back. */
export class FileSpool implements Spool {
  private folder: Promise<string> | undefined;
  private usedBytes = 0;
  private isClosed = false;
  private readonly unheld = new FinalizationRegistry<{ readonly file: string; readonly sizeBytes: number }>(
    ({ file, sizeBytes }) => {
      this.usedBytes -= sizeBytes;
      unlink(file, () => undefined);
    },
  );

  constructor(
    private readonly maxBytes: number,
    private readonly parent = tmpdir(),
  ) {}

  async write(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, mediaType: string): Promise<Body> {
    if (this.isClosed) throw new TypeError('the spool is closed');
    this.folder ??= makeFolder(this.parent);
    const file = path.join(await this.folder, randomBytes(16).toString('hex'));
    const handle = await open(file, 'wx', 0o600);
    let sizeBytes = 0;
    try {
      for await (const piece of source) {
        sizeBytes += piece.byteLength;
        this.usedBytes += piece.byteLength;
        if (this.usedBytes > this.maxBytes) throw full(this.maxBytes);
        await writeAll(handle, piece);
      }
    } catch (error) {
      this.usedBytes -= sizeBytes;
      await rm(file, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    const body = bodyOfFile(file, sizeBytes, mediaType);
    this.unheld.register(body, { file, sizeBytes });
    return body;
  }

  /** Removes everything. Idempotent. */
  async close(): Promise<void> {
    this.isClosed = true;
    const folder = await this.folder?.catch(() => undefined);
    if (folder !== undefined) {
      await rm(folder, { recursive: true, force: true });
      live.delete(folder);
      if (live.size === 0) process.off('exit', removeLive);
    }
  }
}

/** Removed at the end of the process too, where nothing can be awaited any more. */
const live = new Set<string>();

async function makeFolder(parent: string): Promise<string> {
  let sweep = sweeps.get(parent);
  if (sweep === undefined) {
    sweep = removeFoldersOfDeadProcesses(parent);
    sweeps.set(parent, sweep);
  }
  await sweep;
  const folder = await mkdtemp(path.join(parent, `${PREFIX}${process.pid}-`));
  if (live.size === 0) process.once('exit', removeLive);
  live.add(folder);
  return folder;
}

function removeLive(): void {
  for (const folder of live) rmSync(folder, { recursive: true, force: true });
}

/** Best effort: what cannot be read or removed stays. */
async function removeFoldersOfDeadProcesses(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(PREFIX)) continue;
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    const folder = path.join(parent, name);
    const facts = await lstat(folder).catch(() => undefined);
    if (facts?.isDirectory() && facts.uid === process.getuid?.()) {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== 'ESRCH';
  }
}

async function writeAll(handle: Awaited<ReturnType<typeof open>>, piece: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < piece.byteLength) {
    const { bytesWritten } = await handle.write(piece, offset);
    offset += bytesWritten;
  }
}

function full(maxBytes: number): ConnectorError {
  return new ConnectorError({
    category: 'tooLarge',
    code: 'SPOOL_FULL',
    message: `the scratch space has room for ${maxBytes} bytes (limits.spoolBytes)`,
    effect: 'none',
    retryable: false,
  });
}
