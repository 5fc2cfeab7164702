import { setImmediate } from 'node:timers';
import { CONTRACT_VERSION, type ConnectorManifest } from '@connector-runtime/core';
import type { Check, Level, Profile } from './check.js';
import { CHECKS, groupOf, preconditionsOf } from './checks/index.js';
import { endChildren } from './child-process.js';
import {
  CheckFailure,
  type Finding,
  isA,
  NotApplicable,
  nameOf,
  SubjectError,
  textOfAny,
  Unproven,
} from './findings.js';
import { DEFAULT_LIMITS, type SuiteLimits, TookTooLong, within } from './limits.js';
import { missingNeed } from './needs.js';
import { guardProcess, type ProcessIncidents, realProcess } from './process-guard.js';
import { addedListeners, listenerCounts, takeProcessState } from './process-state.js';
import { type CheckReport, type FailureCard, type Outcome, type Report, verdictOf } from './report.js';
import { failureCardText } from './reports/failure-card.js';
import type { Subject } from './subject.js';
import { Trial } from './trial.js';

/** A waiver must say more than "later". */
const SHORTEST_REASON = 20;
/** After these, what comes after shows nothing. */
const BLOCKS: readonly Outcome[] = ['fail', 'blocked', 'error'];
/** What was done, where a check did not come to a finding of its own. */
const WHOLE_CHECK = 'running the check';
const SHOWN_SEEN_CHARACTERS = 1_000;
const SHOWN_LINE_CHARACTERS = 300;
/** What is thrown past a check, or does more than it may, has little to do with the check's rule. */
const WHOLE_CHECK_CAUSE = 'code of the plugin that throws, waits or ends the process where its host did not expect it';
const SHOWN_CHANGES = 10;
/** Type of the process warnings by which a check that is unproven is told of in a test runner. */
const WARNING = 'ConformanceWarning';

/** How the suite is run, and who is told of it. */
export interface ConformanceOptions {
  /** Default `full`. */
  readonly profile?: Profile;
  /** Decides generated data, jitter and interleavings. Default 1. */
  readonly seed?: number;
  /** Ids of the checks to run; preconditions still come first. */
  readonly only?: readonly string[];
  /** What the subject's module is called in the command that repeats a failure. */
  readonly module?: string;
  /** In real time; those that are not given have their defaults. */
  readonly limits?: Partial<SuiteLimits>;
  /** Checks that a run before, which was cut off, has settled: they are not run again. */
  readonly settled?: readonly CheckReport[];
  /** Told of each check that begins, preconditions that were not asked for among them. */
  readonly onStart?: (id: string) => void;
  /** Told of each check that has ended, in order, by `run()`, those that block what was asked for among them; a test runner tells of its own. */
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
  /** The report of what was asked for, and of the checks that block it. */
  run(): Promise<Report>;
}

/** Holds a plugin against the contract. Checks run one after another, each with a fixture of its own. Throws a `TypeError` for an id that no check has, or none of the profile, for a subject without a manifest, and for a waiver of what is no check. */
export function conformance(subject: Subject, options: ConformanceOptions = {}): Conformance {
  const { profile = 'full', only } = options;
  if (typeof (subject.manifest as ConnectorManifest | null | undefined) !== 'object' || subject.manifest === null)
    throw new TypeError("the subject has no `manifest`; give it the plugin's, which decides which checks apply");
  const unwaivable = Object.keys(subject.waive ?? {}).find((id) => !CHECKS.some((check) => check.id === id));
  if (unwaivable !== undefined) throw new TypeError(`\`waive\` of the subject names ${unwaivable}, which no check has`);
  const unknown = only?.find((id) => !CHECKS.some((check) => check.id === id));
  if (unknown !== undefined) throw new TypeError(`there is no check ${unknown}; ids are as MAN-01, in capitals`);
  const inProfile = CHECKS.filter((check) => profile === 'full' || check.profile === 'core');
  const outside = only?.find((id) => !inProfile.some((check) => check.id === id));
  if (outside !== undefined) throw new TypeError(`check ${outside} is not of profile ${profile}`);
  const asked = inProfile.filter(({ id }) => only === undefined || only.includes(id));
  const chosen = [...asked.filter(({ afterAll }) => afterAll !== true), ...asked.filter(({ afterAll }) => afterAll)];
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
      const told = new Map<Check, CheckReport>();
      for (const check of chosen) {
        const report = await session.settle(check);
        for (const one of report.outcome === 'blocked' ? [...(await session.blocking(check)), check] : [check]) {
          if (told.has(one)) continue;
          const own = await session.settle(one);
          options.onCheck?.(own);
          told.set(one, own);
        }
      }
      const checks = CHECKS.flatMap((check) => told.get(check) ?? []);
      return reportOf(subject.manifest, { profile, seed: session.seed, checksInProfile: inProfile.length, checks });
    },
  };
}

function reportOf(
  manifest: ConnectorManifest,
  run: Pick<Report, 'profile' | 'seed' | 'checksInProfile' | 'checks'>,
): Report {
  // A manifest that a check has refused may be anything.
  const { id, version, title, contract } = (manifest ?? {}) as Partial<ConnectorManifest>;
  const facts = {
    plugin: { id: textOfAny(id), version: textOfAny(version), title: textOfAny(title), contract: textOfAny(contract) },
    contractVersion: CONTRACT_VERSION,
    suiteVersion: (require('../package.json') as { readonly version: string }).version,
    date: new Date().toISOString(),
    node: process.version,
    ...run,
  };
  return { schemaVersion: 1, ...verdictOf(facts), ...facts };
}

/** One run of the suite over one subject. */
class Session {
  readonly seed: number;
  private readonly limits: SuiteLimits;
  private readonly settled = new Map<string, Promise<CheckReport>>();
  private last: Promise<unknown> = Promise.resolve();
  /** What nobody caught in the checks so far. */
  private readonly unhandled: unknown[] = [];
  /** What the checks so far left changed for the whole process. */
  private readonly changed = new Set<string>();
  /** Of the process, when the check that is under way began. */
  private listeners = listenerCounts();

  constructor(
    private readonly subject: Subject,
    private readonly options: ConformanceOptions,
  ) {
    this.seed = options.seed ?? 1;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    for (const report of options.settled ?? []) this.settled.set(report.id, Promise.resolve(report));
  }

  /** Runs the check, after those without which it shows nothing; once. */
  settle(check: Check): Promise<CheckReport> {
    const earlier = this.settled.get(check.id);
    if (earlier !== undefined) return earlier;
    const report = this.settleAnew(check);
    this.settled.set(check.id, report);
    return report;
  }

  /** What was not asked for and blocks the check, all the way down: without it nobody would learn what went wrong. */
  async blocking(check: Check): Promise<readonly Check[]> {
    for (const earlier of preconditionsOf(check)) {
      const { outcome } = await this.settle(earlier);
      if (BLOCKS.includes(outcome)) return [...(await this.blocking(earlier)), earlier];
    }
    return [];
  }

  throwUnlessFine(report: CheckReport): void {
    const { id, level, outcome, reason = '' } = report;
    // A test runner shows a test that ended as passed; what was not shown must be said.
    if (outcome === 'unproven') realProcess.emitWarning(`${id} (${level}) is unproven: ${reason}`, WARNING);
    if (outcome === 'pass' || outcome === 'skip' || outcome === 'unproven') return;
    throw new Error(failureCardText(report, this.seed) || `${id} ${outcome}: ${reason}`);
  }

  private async settleAnew(check: Check): Promise<CheckReport> {
    const report = reporterOf(check);
    const missing = missingNeed(check.needs, this.subject.manifest);
    if (missing !== undefined) return report('skip', missing);
    const waiver = this.subject.waive?.[check.id];
    if (waiver !== undefined) {
      return typeof waiver !== 'string' || waiver.length < SHORTEST_REASON
        ? report('error', `a waiver needs a reason of at least ${SHORTEST_REASON} characters`)
        : report('waived', waiver);
    }
    for (const earlier of preconditionsOf(check)) {
      const { outcome } = await this.settle(earlier);
      if (BLOCKS.includes(outcome)) return report('blocked', `by ${earlier.id}`);
    }
    return this.inTurn(() => {
      this.options.onStart?.(check.id);
      return this.runCheck(check, report);
    });
  }

  /** Checks hold the process while they run, so no two do at once. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async runCheck(check: Check, report: Reporter): Promise<CheckReport> {
    const state = takeProcessState();
    const guard = guardProcess();
    this.listeners = listenerCounts();
    let added: readonly string[] = [];
    let outcome: CheckReport;
    try {
      outcome = await this.tryCheck(check, report, guard.incidents);
    } finally {
      this.unhandled.push(...guard.incidents.unhandled);
      added = addedListeners(this.listeners);
      guard.release();
    }
    const changes = [...state.changes(), ...added];
    for (const change of changes) this.changed.add(change);
    state.restore();
    return withChanges(outcome, changes);
  }

  private async tryCheck(check: Check, report: Reporter, incidents: ProcessIncidents): Promise<CheckReport> {
    const unhandled = () => [...this.unhandled, ...incidents.unhandled];
    let trial: Trial | undefined;
    const failed = (finding: Finding) => {
      const card = this.cardOf(check, finding, trial);
      return report('fail', reasonOf(card), card);
    };
    let outcome: CheckReport;
    try {
      await within(this.limits.checkMs, async () => {
        trial = await Trial.start(this.subject, this.seed, { unhandled, changed: this.changed, limits: this.limits });
        // What the subject has added for its own service is its own affair.
        this.listeners = listenerCounts();
        await check.run(trial);
      });
      outcome = report('pass', trial?.untried());
    } catch (error) {
      outcome = judged(error, report, failed, redactedBy(trial));
    }
    const fault = await this.stop(trial);
    endChildren();
    // What was left behind is told of by now.
    await new Promise((resolve) => setImmediate(resolve));
    const [exit] = incidents.exits;
    if (exit !== undefined)
      return failed({ did: WHOLE_CHECK, expected: 'the process to be left alone', seen: exit.message });
    return fault === undefined || outcome.outcome === 'fail' || outcome.outcome === 'error'
      ? outcome
      : report('error', redactedBy(trial)(fault));
  }

  /** What is wrong with the fixture's own end; a plugin that does not close is another check's affair. */
  private async stop(trial: Trial | undefined): Promise<string | undefined> {
    try {
      if (trial !== undefined) await within(this.limits.checkMs, () => trial.stop());
      return undefined;
    } catch (error) {
      return isA(error, SubjectError) ? error.message : undefined;
    }
  }

  private cardOf(check: Check, finding: Finding, trial: Trial | undefined): FailureCard {
    const redact = redactedBy(trial);
    const { module = './subject.js' } = this.options;
    const operation = finding.operation ?? (finding.did === WHOLE_CHECK ? trial?.lastRun() : undefined);
    return {
      did: redact(finding.did),
      expected: redact(finding.expected),
      seen: shortened(redact(finding.seen), SHOWN_SEEN_CHARACTERS),
      cause: finding.did === WHOLE_CHECK ? WHOLE_CHECK_CAUSE : check.cause,
      ...(operation === undefined ? {} : { operation }),
      last: (trial?.last() ?? []).map((line) => shortened(redact(line), SHOWN_LINE_CHARACTERS)),
      again: againCommand(module, check.id, this.seed),
    };
  }
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function redactedBy(trial: Trial | undefined): (text: string) => string {
  return (text) => trial?.redact(text) ?? text;
}

/** A failure that may come from what the plugin did to the process says what that was. */
function withChanges(report: CheckReport, changes: readonly string[]): CheckReport {
  if (report.card === undefined || changes.length === 0) return report;
  const shown = `changed for the whole process: ${changes.slice(0, SHOWN_CHANGES).join(', ')}`;
  return { ...report, card: { ...report.card, last: [...report.card.last, shown] } };
}

/** What there is to say of a check whose process has ended under it. */
export function reportOfEnd(
  check: Check,
  seen: string,
  { module, seed }: { readonly module: string; readonly seed: number },
): CheckReport {
  const finding = { did: 'running the check in a process of its own', expected: 'it to end by itself', seen };
  const card: FailureCard = {
    ...finding,
    cause: 'code that never gives way, or that ends the process',
    last: [],
    again: againCommand(module, check.id, seed),
  };
  return reporterOf(check)('fail', reasonOf(card), card);
}

function reasonOf({ expected, seen }: FailureCard): string {
  return `expected ${expected}; seen ${seen}`;
}

/** Makes the check's report; the time counts from now. */
function reporterOf(check: Check): Reporter {
  const { id, level, title, rule } = check;
  const startedMs = performance.now();
  return (outcome, reason, card) => ({
    id,
    level,
    group: groupOf(check),
    title,
    rule,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    ...(card === undefined ? {} : { card }),
    tookMs: Math.round(performance.now() - startedMs),
  });
}

function againCommand(module: string, id: string, seed: number): string {
  return `npx connector-conform ${module} --only ${id} --seed ${seed}`;
}

type Reporter = (outcome: Outcome, reason?: string, card?: FailureCard) => CheckReport;

/** What a check came to that threw. */
function judged(
  error: unknown,
  report: Reporter,
  failed: (finding: Finding) => CheckReport,
  redact: (text: string) => string,
): CheckReport {
  if (isA(error, CheckFailure)) return failed(error.finding);
  if (isA(error, NotApplicable)) return report('skip', redact(error.message));
  if (isA(error, Unproven)) return report('unproven', error.hint);
  if (isA(error, SubjectError)) return report('error', redact(error.message));
  const expected = isA(error, TookTooLong) ? 'it to end' : 'no exception';
  return failed({
    did: WHOLE_CHECK,
    expected,
    seen: isA(error, TookTooLong) ? error.message : nameOf(error),
  });
}
