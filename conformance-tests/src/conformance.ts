import { CONTRACT_VERSION, type ConnectorManifest } from '@connector-runtime/core';
import type { Check, Level, Profile } from './check.js';
import { CHECKS, groupOf, PRECONDITIONS } from './checks/index.js';
import { CheckFailure, type Finding, NotApplicable, SubjectError, Unproven } from './findings.js';
import { missingNeed } from './needs.js';
import { guardProcess } from './process-guard.js';
import { type CheckReport, type FailureCard, type Outcome, type Report, verdictOf } from './report.js';
import { failureCardText } from './reports/failure-card.js';
import type { Subject } from './subject.js';
import { nameOf, Trial } from './trial.js';

/** A check that has not ended by then, in real time, has failed. Checks never wait; those with processes of their own work for long. */
const CHECK_LIMIT_MS = 180_000;
/** A waiver must say more than "later". */
const SHORTEST_REASON = 20;

export interface ConformanceOptions {
  /** Default `full`. */
  readonly profile?: Profile;
  /** Decides generated data, jitter and interleavings. Default 1. */
  readonly seed?: number;
  /** Ids of the checks to run; preconditions still come first. */
  readonly only?: readonly string[];
  /** What the subject's module is called in the command that repeats a failure. */
  readonly module?: string;
  /** Told of each check that has ended, in order. */
  readonly onCheck?: (report: CheckReport) => void;
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

/** The checks of a plugin: iterate over them in a test runner, or `run()` them all for a report. Either way each runs once. */
export interface Conformance extends Iterable<RunnableCheck> {
  run(): Promise<Report>;
}

/** Holds a plugin against the contract. Checks run one after another, each with a fixture of its own. Throws a `TypeError` for an id that no check has. */
export function conformance(subject: Subject, options: ConformanceOptions = {}): Conformance {
  const { profile = 'full', only } = options;
  const unknown = only?.find((id) => !CHECKS.some((check) => check.id === id));
  if (unknown !== undefined) throw new TypeError(`there is no check ${unknown}`);
  const chosen = CHECKS.filter(
    (check) => (profile === 'full' || check.profile === 'core') && (only === undefined || only.includes(check.id)),
  );
  const session = new Session(subject, options);
  return {
    *[Symbol.iterator]() {
      for (const check of chosen) {
        yield {
          id: check.id,
          level: check.level,
          title: check.title,
          skipReason: missingNeed(check.needs, subject.manifest) ?? false,
          run: async () => session.throwUnlessFine(await session.settle(check)),
        };
      }
    },
    async run() {
      const checks: CheckReport[] = [];
      for (const check of chosen) {
        const report = await session.settle(check);
        options.onCheck?.(report);
        checks.push(report);
      }
      return reportOf(subject.manifest, profile, session.seed, checks);
    },
  };
}

function reportOf(
  { id, version, title, contract }: ConnectorManifest,
  profile: Profile,
  seed: number,
  checks: readonly CheckReport[],
): Report {
  const facts = {
    plugin: { id, version, title: String(title), contract },
    contractVersion: CONTRACT_VERSION,
    suiteVersion: (require('../package.json') as { readonly version: string }).version,
    profile,
    seed,
    checks,
  };
  return { schemaVersion: 1, ...verdictOf(facts), ...facts };
}

/** One run of the suite over one subject. */
class Session {
  readonly seed: number;
  private readonly settled = new Map<string, Promise<CheckReport>>();
  private last: Promise<unknown> = Promise.resolve();
  /** What nobody caught in the checks so far. */
  private readonly unhandled: unknown[] = [];

  constructor(
    private readonly subject: Subject,
    private readonly options: ConformanceOptions,
  ) {
    this.seed = options.seed ?? 1;
  }

  /** Runs the check, after those without which it shows nothing; once. */
  settle(check: Check): Promise<CheckReport> {
    const earlier = this.settled.get(check.id);
    if (earlier !== undefined) return earlier;
    const report = this.settleAnew(check);
    this.settled.set(check.id, report);
    return report;
  }

  throwUnlessFine(report: CheckReport): void {
    const isFine = report.outcome === 'pass' || report.outcome === 'skip' || report.outcome === 'unproven';
    if (isFine) return;
    throw new Error(failureCardText(report, this.seed) || `${report.id} ${report.outcome}: ${report.reason ?? ''}`);
  }

  private async settleAnew(check: Check): Promise<CheckReport> {
    const startedMs = performance.now();
    const report = (outcome: Outcome, reason?: string, card?: FailureCard): CheckReport => ({
      id: check.id,
      level: check.level,
      group: groupOf(check),
      title: check.title,
      rule: check.rule,
      outcome,
      ...(reason === undefined ? {} : { reason }),
      ...(card === undefined ? {} : { card }),
      tookMs: Math.round(performance.now() - startedMs),
    });
    const missing = missingNeed(check.needs, this.subject.manifest);
    if (missing !== undefined) return report('skip', missing);
    const waiver = this.subject.waive?.[check.id];
    if (waiver !== undefined) {
      return waiver.length < SHORTEST_REASON
        ? report('error', `a waiver needs a reason of at least ${SHORTEST_REASON} characters`)
        : report('waived', waiver);
    }
    for (const earlier of CHECKS) {
      if (earlier.id === check.id) break;
      if (!PRECONDITIONS.has(earlier.id)) continue;
      const { outcome } = await this.settle(earlier);
      if (outcome === 'fail' || outcome === 'blocked' || outcome === 'error')
        return report('blocked', `by ${earlier.id}`);
    }
    return this.inTurn(() => this.runCheck(check, report));
  }

  /** Checks hold the process while they run, so no two do at once. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async runCheck(
    check: Check,
    report: (outcome: Outcome, reason?: string, card?: FailureCard) => CheckReport,
  ): Promise<CheckReport> {
    const guard = guardProcess();
    let trial: Trial | undefined;
    const failed = (finding: Finding) => {
      const card = this.cardOf(check, finding, trial);
      return report('fail', `expected ${card.expected}; seen ${card.seen}`, card);
    };
    try {
      await within(CHECK_LIMIT_MS, async () => {
        trial = await startTrial(this.subject, this.seed, () => [...this.unhandled, ...guard.incidents.unhandled]);
        await check.run(trial);
      });
      const [exit] = guard.incidents.exits;
      return exit === undefined
        ? report('pass')
        : failed({ did: 'running the check', expected: 'the process to be left alone', seen: exit.message });
    } catch (error) {
      if (error instanceof CheckFailure) return failed(error.finding);
      const redact = redactedBy(trial);
      if (error instanceof NotApplicable) return report('skip', redact(error.message));
      if (error instanceof Unproven) return report('unproven', error.hint);
      if (error instanceof SubjectError) return report('error', redact(error.message));
      return failed({ did: 'running the check', expected: 'no exception', seen: nameOf(error) });
    } finally {
      if (trial !== undefined) await within(CHECK_LIMIT_MS, () => (trial as Trial).stop()).catch(() => undefined);
      this.unhandled.push(...guard.incidents.unhandled);
      guard.release();
    }
  }

  private cardOf(check: Check, finding: Finding, trial: Trial | undefined): FailureCard {
    const redact = redactedBy(trial);
    const { module = './subject.js' } = this.options;
    return {
      did: redact(finding.did),
      expected: redact(finding.expected),
      seen: redact(finding.seen),
      cause: check.cause,
      ...(finding.operation === undefined ? {} : { operation: finding.operation }),
      last: (trial?.last() ?? []).map(redact),
      again: `npx connector-conform ${module} --only ${check.id} --seed ${this.seed}`,
    };
  }
}

function redactedBy(trial: Trial | undefined): (text: string) => string {
  return (text) => trial?.redact(text) ?? text;
}

/** What the author's own code throws is no failure of the plugin. */
async function startTrial(subject: Subject, seed: number, unhandled: () => readonly unknown[]): Promise<Trial> {
  try {
    return await Trial.start(subject, seed, unhandled);
  } catch (error) {
    throw error instanceof SubjectError
      ? error
      : new SubjectError(`the subject could not be started: ${nameOf(error)}`);
  }
}

async function within<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work(),
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`it had not ended after ${limitMs / 1000} s`)), limitMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
