import { runInThisContext } from 'node:vm';
import { isA } from './findings.js';

/** The process itself: a test runner may give modules a copy whose events never come. */
export const realProcess: NodeJS.Process = runInThisContext('process') as NodeJS.Process;

/** Thrown in place of an end of the process. */
export class ExitAttempt extends Error {
  constructor(call: string) {
    super(`the plugin called process.${call}`);
    this.name = 'ExitAttempt';
  }
}

/** What a plugin did to the process that hosts it. */
export interface ProcessIncidents {
  readonly unhandled: unknown[];
  readonly exits: ExitAttempt[];
}

const FATAL_EVENTS = ['unhandledRejection', 'uncaughtException'] as const;
const FATAL_CALLS = ['exit', 'abort', 'kill'] as const;

/** The process itself, a group of processes, or the process that started it. */
function isOwn(pid: number): boolean {
  return pid <= 0 || pid === realProcess.pid || pid === realProcess.ppid;
}

function nameOfPid(pid: number): string {
  if (pid === realProcess.pid) return 'process.pid';
  return pid === realProcess.ppid ? 'process.ppid' : String(pid);
}

/** Holds the process while a check runs: what nobody caught is kept in place of ending it, and an exit, an abort or a signal to itself is an error of the caller. `release` gives everything back. */
export function guardProcess(): { readonly incidents: ProcessIncidents; release(): void } {
  const incidents: ProcessIncidents = { unhandled: [], exits: [] };
  const keep = (reason: unknown) => {
    if (!isA(reason, ExitAttempt)) incidents.unhandled.push(reason);
  };
  const before = FATAL_EVENTS.map((name) => [name, realProcess.listeners(name as 'uncaughtException')] as const);
  for (const name of FATAL_EVENTS) {
    realProcess.removeAllListeners(name);
    realProcess.on(name as 'uncaughtException', keep);
  }
  const processes = new Set([realProcess, process]);
  const refuse = (call: string): never => {
    const attempt = new ExitAttempt(call);
    incidents.exits.push(attempt);
    throw attempt;
  };
  const undo = [...processes].map((held) => {
    const kept = Object.fromEntries(FATAL_CALLS.map((name) => [name, Reflect.get(held, name) as unknown]));
    const kill = held.kill.bind(held);
    held.exit = (code) => refuse(`exit(${code ?? ''})`);
    held.abort = () => refuse('abort()');
    held.kill = (pid, signal) =>
      signal !== 0 && isOwn(pid) ? refuse(`kill(${nameOfPid(pid)}, ${signal ?? 'SIGTERM'})`) : kill(pid, signal);
    return () => Object.assign(held, kept);
  });
  return {
    incidents,
    release: () => {
      for (const [name, listeners] of before) {
        realProcess.removeListener(name, keep);
        for (const listener of listeners) realProcess.on(name as 'uncaughtException', listener);
      }
      for (const back of undo) back();
    },
  };
}
