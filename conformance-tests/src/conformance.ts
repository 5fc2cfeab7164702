import type { ConnectorManifest } from '@connector-runtime/core';
import type { Check, Level } from './check.js';
import { CHECKS, PRECONDITIONS } from './checks/index.js';
import { CheckFailure, SubjectError, Unproven } from './findings.js';
import type { Subject } from './subject.js';
import { Trial } from './trial.js';

export type Outcome = 'pass' | 'fail' | 'skip' | 'unproven' | 'waived' | 'blocked' | 'error';

/** What one check came to. */
export interface CheckReport {
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  readonly outcome: Outcome;
  /** Why it is not `pass`. */
  readonly reason?: string;
  readonly tookMs: number;
}

export interface Report {
  /** One line: plugin, contract, outcome. */
  readonly verdict: string;
  readonly checks: readonly CheckReport[];
}

export interface ConformanceOptions {
  readonly seed?: number;
  /** Ids of the checks to run; preconditions still come first. */
  readonly only?: readonly string[];
}

/** A check ready for a test runner. `run` throws what it found wrong. */
export interface RunnableCheck {
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  /** Why it does not apply; `false` if it does. */
  readonly skipReason: string | false;
  run(): Promise<void>;
}

/** The checks of a plugin: iterate over them in a test runner, or `run()` them all for a report. */
export interface Conformance extends Iterable<RunnableCheck> {
  run(): Promise<Report>;
}

/** Holds a plugin against the contract. Checks run one after another, each with a fixture of its own. */
export function conformance(subject: Subject, options: ConformanceOptions = {}): Conformance {
  const seed = options.seed ?? 1;
  const chosen = CHECKS.filter(({ id }) => options.only === undefined || options.only.includes(id));
  const settled = new Map<string, Promise<CheckReport>>();
  const settle = (check: Check): Promise<CheckReport> => {
    const report = settled.get(check.id) ?? settleCheck(check, subject, seed, settle);
    settled.set(check.id, report);
    return report;
  };
  return {
    *[Symbol.iterator]() {
      for (const check of chosen) {
        const skipReason = check.skip?.(subject.manifest) ?? false;
        yield {
          id: check.id,
          level: check.level,
          title: check.title,
          skipReason,
          run: async () => throwUnlessFine(await settle(check), check),
        };
      }
    },
    async run() {
      const checks: CheckReport[] = [];
      for (const check of chosen) checks.push(await settle(check));
      return { verdict: verdictOf(subject.manifest, checks), checks };
    },
  };
}

async function settleCheck(
  check: Check,
  subject: Subject,
  seed: number,
  settle: (check: Check) => Promise<CheckReport>,
): Promise<CheckReport> {
  const { id, level, title } = check;
  const startedMs = performance.now();
  const report = (outcome: Outcome, reason?: string): CheckReport => ({
    id,
    level,
    title,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    tookMs: Math.round(performance.now() - startedMs),
  });
  const skipReason = check.skip?.(subject.manifest);
  if (skipReason !== undefined) return report('skip', skipReason);
  const waiver = subject.waive?.[id];
  if (waiver !== undefined)
    return waiver.length < 20
      ? report('error', 'a waiver needs a reason of at least 20 characters')
      : report('waived', waiver);
  for (const earlier of CHECKS) {
    if (earlier.id === id) break;
    if (!PRECONDITIONS.has(earlier.id)) continue;
    const { outcome } = await settle(earlier);
    if (outcome === 'fail' || outcome === 'blocked' || outcome === 'error')
      return report('blocked', `by ${earlier.id}`);
  }
  let trial: Trial | undefined;
  try {
    trial = await Trial.start(subject, seed);
    await check.run(trial);
    return report('pass');
  } catch (error) {
    if (error instanceof CheckFailure) return report('fail', failureCard(check, error, subject, seed));
    if (error instanceof Unproven) return report('unproven', error.hint);
    if (error instanceof SubjectError) return report('error', error.message);
    return report(
      'fail',
      failureCard(check, new CheckFailure('no exception', String(error), 'running the check'), subject, seed),
    );
  } finally {
    await trial?.stop();
  }
}

function failureCard(check: Check, failure: CheckFailure, subject: Subject, seed: number): string {
  return [
    `FAIL  ${check.id}  ${check.level}  ${check.title}   plugin: ${subject.manifest.id}   seed ${seed}`,
    `  rule     ${check.rule}`,
    `  did      ${failure.did}`,
    `  expected ${failure.expected}`,
    `  seen     ${failure.seen}`,
    `  usual cause: ${check.cause}`,
  ].join('\n');
}

function throwUnlessFine(report: CheckReport, check: Check): void {
  const isFine = report.outcome === 'pass' || report.outcome === 'skip' || report.outcome === 'unproven';
  if (!isFine) throw new Error(report.reason ?? `${check.id}: ${report.outcome}`);
}

/** Conformant: every applicable MUST passed, none waived. */
function verdictOf(manifest: ConnectorManifest, checks: readonly CheckReport[]): string {
  const count = (outcome: Outcome) => checks.filter((check) => check.outcome === outcome).length;
  const broken = checks.filter(
    ({ level, outcome }) => level === 'MUST' && ['fail', 'waived', 'blocked', 'error'].includes(outcome),
  );
  const unproven = checks.filter(({ level, outcome }) => level === 'MUST' && outcome === 'unproven');
  const words = broken.length > 0 ? `not conformant: ${broken.map(({ id }) => id).join(', ')}` : 'conformant';
  const but =
    unproven.length > 0 ? `, ${unproven.length} MUST unproven: ${unproven.map(({ id }) => id).join(', ')}` : '';
  return `${manifest.id} ${manifest.version} — contract ${manifest.contract} — ${words}${but} (${count('pass')} passed, ${count('skip')} not declared)`;
}
