import { runInThisContext } from 'node:vm';

/** The process itself: a test runner may give modules a copy whose events never come. */
export const realProcess: NodeJS.Process = runInThisContext('process') as NodeJS.Process;

/** Thrown in place of an exit. */
export class ExitAttempt extends Error {
  constructor(code: number | string | null | undefined) {
    super(`the plugin called process.exit(${code ?? ''})`);
    this.name = 'ExitAttempt';
  }
}

/** What a plugin did to the process that hosts it. */
export interface ProcessIncidents {
  readonly unhandled: unknown[];
  readonly exits: ExitAttempt[];
}

const FATAL_EVENTS = ['unhandledRejection', 'uncaughtException'] as const;

/** Holds the process while a check runs: what nobody caught is kept in place of ending it, and an exit is an error of the caller. `release` gives everything back. */
export function guardProcess(): { readonly incidents: ProcessIncidents; release(): void } {
  const incidents: ProcessIncidents = { unhandled: [], exits: [] };
  const keep = (reason: unknown) => {
    if (!(reason instanceof ExitAttempt)) incidents.unhandled.push(reason);
  };
  const before = FATAL_EVENTS.map((name) => [name, realProcess.listeners(name as 'uncaughtException')] as const);
  for (const name of FATAL_EVENTS) {
    realProcess.removeAllListeners(name);
    realProcess.on(name as 'uncaughtException', keep);
  }
  const processes = new Set([realProcess, process]);
  const exits = [...processes].map((held) => [held, held.exit.bind(held)] as const);
  for (const held of processes) {
    held.exit = (code?: number | string | null): never => {
      const attempt = new ExitAttempt(code);
      incidents.exits.push(attempt);
      throw attempt;
    };
  }
  return {
    incidents,
    release: () => {
      for (const [name, listeners] of before) {
        realProcess.removeListener(name, keep);
        for (const listener of listeners) realProcess.on(name as 'uncaughtException', listener);
      }
      for (const [held, exit] of exits) held.exit = exit;
    },
  };
}
