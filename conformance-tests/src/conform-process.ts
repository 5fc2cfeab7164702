import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import path from 'node:path';
import type { Profile } from './check.js';
import { CHECKS } from './checks/index.js';
import { reportOfEnd } from './conformance.js';
import type { SuiteLimits } from './limits.js';
import type { CheckReport, Report } from './report.js';

/** What the process that runs the suite is asked for. */
export interface ConformOrder {
  readonly module: string;
  readonly profile: Profile;
  readonly seed: number;
  readonly only?: readonly string[];
  readonly limits: SuiteLimits;
  /** Checks that an earlier process has run. */
  readonly settled: readonly CheckReport[];
  /** It says that it is alive ten times as often; once it is silent for so long, it is ended. */
  readonly silenceMs: number;
  /** Comes back with each sign: what a plugin sends to the command (`process.send('ready')`) is none. */
  readonly token: string;
}

/** A sign as it is sent. */
export interface SignedSign {
  readonly token: string;
  readonly sign: ConformSign;
}

/** What it tells. */
export type ConformSign =
  | { readonly kind: 'alive' }
  | { readonly kind: 'started'; readonly id: string }
  | { readonly kind: 'check'; readonly check: CheckReport }
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'refused'; readonly message: string; readonly isUsage?: boolean };

/** How the order ended. */
export type Conformed = Extract<ConformSign, { readonly kind: 'report' | 'refused' }>;

/** How one process ended. */
interface Ended {
  readonly last: Conformed | undefined;
  /** The check that was under way, or the last that was. */
  readonly during: string | undefined;
  readonly how: string;
}

/**
 * Runs the suite in a process of its own, so that a loop that never gives way, an abort and a full memory end that process and not the run:
 * the check that was under way has failed, and another process goes on with those after it.
 */
export async function conformInProcess(
  order: Omit<ConformOrder, 'settled' | 'token'>,
  onCheck: (check: CheckReport) => void,
): Promise<Conformed> {
  const settled = new Map<string, CheckReport>();
  const told = new Set<string>();
  for (;;) {
    const { last, during, how } = await oneProcess(
      { ...order, settled: [...settled.values()], token: randomUUID() },
      (check) => {
        settled.set(check.id, check);
        if (told.has(check.id)) return;
        told.add(check.id);
        onCheck(check);
      },
    );
    if (last !== undefined) return last;
    const check = CHECKS.find(({ id }) => id === during);
    if (check === undefined) return { kind: 'refused', message: `${order.module}: ${how} before a check was begun` };
    settled.set(check.id, reportOfEnd(check, how, order));
  }
}

function oneProcess(order: ConformOrder, onCheck: (check: CheckReport) => void): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // What a plugin prints goes where it disturbs no report. Its process leads a group, so that what it has started ends with it.
    const child = spawn(process.execPath, [...process.execArgv, path.join(__dirname, 'children', 'conform.js')], {
      stdio: ['ignore', 2, 2, 'ipc'],
      detached: true,
    });
    const endGroup = () => killGroup(child.pid);
    const onSignal = (signal: NodeJS.Signals) => {
      endGroup();
      process.exit(128 + constants.signals[signal]);
    };
    process.once('exit', endGroup);
    for (const signal of ENDING) process.once(signal, onSignal);
    let last: Conformed | undefined;
    let during: string | undefined;
    let isSilent = false;
    const watch = setTimeout(() => {
      isSilent = true;
      endGroup();
    }, order.silenceMs);
    child.on('message', (message: Partial<SignedSign> | null) => {
      if (message?.token !== order.token || message.sign === undefined) return;
      const { sign } = message;
      // Once it has said the last, it has only to end.
      if (last === undefined) watch.refresh();
      if (sign.kind === 'started') during = sign.id;
      else if (sign.kind === 'check') onCheck(sign.check);
      else if (sign.kind !== 'alive') last = sign;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(watch);
      endGroup();
      process.off('exit', endGroup);
      for (const ending of ENDING) process.off(ending, onSignal);
      const how = isSilent
        ? `the process gave no sign for ${order.silenceMs / 1000} s: a loop that never gives way`
        : `the process ended with ${signal ?? `exit code ${code}`}`;
      resolve({ last, during, how });
    });
    child.send(order, (error) => {
      if (error !== null) endGroup();
    });
  });
}

const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // nobody is left in it
  }
}
