import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import fs from 'node:fs';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';
import workerThreads from 'node:worker_threads';

/** Something of the system that was used. */
export interface SystemUse {
  readonly kind: 'process' | 'thread' | 'file' | 'socket' | 'name' | 'unchecked TLS';
  /** `fs.writeFile`. */
  readonly name: string;
  /** The file that is changed, or `host:port` of a socket; absent where it has none. */
  readonly target?: string;
}

type Seen = (args: readonly unknown[]) => { readonly target?: string } | undefined;
type Functions = Record<string, ((...args: unknown[]) => unknown) | undefined>;

const TLS_VARIABLE = 'NODE_TLS_REJECT_UNAUTHORIZED';
const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = fs.constants;
const WRITING = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
/** Of `fs`, with `Sync` too, and of `fs.promises`. */
const FIRST_CHANGES = ['writeFile', 'appendFile', 'mkdir', 'mkdtemp', 'truncate', 'rm', 'rmdir', 'unlink'];
const SECOND_CHANGES = ['rename', 'copyFile', 'cp', 'link', 'symlink'];
const PROCESSES = ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execSync', 'execFileSync'];

/** Tells of each use of the system in this process until it is released; best effort: what holds a function of before is not seen. */
export function watchSystem(onUse: (use: SystemUse) => void): { readonly release: () => void } {
  const undo: (() => void)[] = [];
  const wereChecksOff = areChecksOff();
  const within = new Set<SystemUse['kind']>();
  const watch = (owner: object, room: string, kind: SystemUse['kind'], names: readonly string[], seen: Seen) => {
    const functions = owner as Functions;
    for (const name of names) {
      const original = functions[name];
      if (original === undefined) continue;
      functions[name] = function watched(this: unknown, ...args: unknown[]) {
        // Node's functions call each other: the one that was called is told.
        if (within.has(kind)) return original.apply(this, args);
        const use = seen(args);
        if (use !== undefined) onUse({ kind, name: `${room}.${name}`, ...use });
        within.add(kind);
        try {
          return original.apply(this, args);
        } finally {
          within.delete(kind);
        }
      };
      undo.push(() => {
        functions[name] = original;
      });
    }
  };
  const any: Seen = () => ({});
  watch(childProcess, 'child_process', 'process', PROCESSES, any);
  watch(fs, 'fs', 'file', [...withSync(FIRST_CHANGES), 'createWriteStream'], ([file]) => fileOf(file));
  watch(fs, 'fs', 'file', withSync(SECOND_CHANGES), ([, file]) => fileOf(file));
  watch(fs, 'fs', 'file', withSync(['open']), openedFor);
  watch(fs.promises, 'fs.promises', 'file', FIRST_CHANGES, ([file]) => fileOf(file));
  watch(fs.promises, 'fs.promises', 'file', SECOND_CHANGES, ([, file]) => fileOf(file));
  watch(fs.promises, 'fs.promises', 'file', ['open'], openedFor);
  watch(net.Socket.prototype, 'net.Socket', 'socket', ['connect'], socketOf);
  watch(net.Server.prototype, 'net.Server', 'socket', ['listen'], any);
  watch(dgram, 'dgram', 'socket', ['createSocket'], any);
  watch(dns, 'dns', 'name', ['lookup', 'resolve'], any);
  const unchecked: Seen = (args) => (args.some(isUnchecked) || (!wereChecksOff && areChecksOff()) ? {} : undefined);
  watch(tls, 'tls', 'unchecked TLS', ['connect'], unchecked);
  watch(https, 'https', 'unchecked TLS', ['request', 'get'], unchecked);
  undo.push(watchThreads(() => onUse({ kind: 'thread', name: 'worker_threads.Worker' })));
  syncBuiltinESMExports();
  return {
    release: () => {
      for (const back of undo.reverse()) back();
      syncBuiltinESMExports();
      if (areChecksOff() && !wereChecksOff) onUse({ kind: 'unchecked TLS', name: `${TLS_VARIABLE}=0` });
    },
  };
}

function watchThreads(onThread: () => void): () => void {
  const Original = workerThreads.Worker;
  workerThreads.Worker = class extends Original {
    constructor(...args: ConstructorParameters<typeof Original>) {
      onThread();
      super(...args);
    }
  };
  return () => {
    workerThreads.Worker = Original;
  };
}

function withSync(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [name, `${name}Sync`]);
}

/** What is open already was told when it was opened. */
function fileOf(file: unknown): { readonly target: string } | undefined {
  if (typeof file === 'string' || file instanceof URL) return { target: String(file) };
  return file instanceof Uint8Array ? { target: Buffer.from(file).toString() } : undefined;
}

function openedFor([file, flags]: readonly unknown[]): { readonly target: string } | undefined {
  const isWriting =
    typeof flags === 'number' ? (flags & WRITING) !== 0 : typeof flags === 'string' && /[wa+]/.test(flags);
  return isWriting ? fileOf(file) : undefined;
}

/** As `connect` takes it: options, a port and perhaps a host, a path, or these as Node hands them on, in an array. */
function socketOf([first, second]: readonly unknown[]): { readonly target: string } {
  const given: unknown = Array.isArray(first) ? (first as readonly unknown[])[0] : first;
  if (typeof given === 'number' || (typeof given === 'string' && /^\d+$/.test(given)))
    return { target: `${typeof second === 'string' ? second : 'localhost'}:${given}` };
  if (typeof given === 'string') return { target: given };
  const {
    host = 'localhost',
    port,
    path,
  } = (given ?? {}) as Partial<Record<'host' | 'port' | 'path', string | number>>;
  return { target: path === undefined || path === null ? `${host}:${port}` : String(path) };
}

function isUnchecked(options: unknown): boolean {
  return (options as { readonly rejectUnauthorized?: unknown } | null | undefined)?.rejectUnauthorized === false;
}

function areChecksOff(): boolean {
  return process.env[TLS_VARIABLE] === '0';
}
