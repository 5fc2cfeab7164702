import type { Level, Profile } from './check.js';

/** `unproven`: the fixture cannot show it. `blocked`: another check, which is named, failed first. `error`: fault of the subject or the suite. */
export type Outcome = 'pass' | 'fail' | 'skip' | 'unproven' | 'waived' | 'blocked' | 'error';

/** All that a reader of a failed check needs. */
export interface FailureCard {
  readonly did: string;
  readonly expected: string;
  readonly seen: string;
  readonly cause: string;
  readonly operation?: string;
  /** The last events and requests, oldest first. */
  readonly last: readonly string[];
  /** The command that repeats it. */
  readonly again: string;
}

/** What one check came to. */
export interface CheckReport {
  readonly id: string;
  readonly level: Level;
  readonly group: string;
  readonly title: string;
  /** What the contract demands. */
  readonly rule: string;
  readonly outcome: Outcome;
  /** Why it is not `pass`; of a pass, the operations that were not tried, and for want of what. */
  readonly reason?: string;
  readonly card?: FailureCard;
  /** In real time, milliseconds. */
  readonly tookMs: number;
}

/** What a run of the suite came to; `report.schema.json` beside the package.json is its published form. Holds no secret of the fixture. */
export interface Report {
  readonly schemaVersion: 1;
  /** One line: plugin, contract, profile, outcome. */
  readonly verdict: string;
  /** False too where not all checks of the profile were run. */
  readonly isConformant: boolean;
  /** Ids of MUST checks that the fixture could not show; they do not count against. */
  readonly unprovenMusts: readonly string[];
  readonly plugin: { readonly id: string; readonly version: string; readonly title: string; readonly contract: string };
  readonly contractVersion: string;
  readonly suiteVersion: string;
  readonly profile: Profile;
  readonly seed: number;
  /** When it was made, as `2026-11-25T17:42:00.000Z`. */
  readonly date: string;
  /** Of Node.js, as `v20.20.2`. */
  readonly node: string;
  /** How many checks the profile has; `checks` has fewer where only some were asked for. */
  readonly checksInProfile: number;
  readonly checks: readonly CheckReport[];
}

type Verdict = Pick<Report, 'verdict' | 'isConformant' | 'unprovenMusts'>;

/** Of what is no MUST, outcomes that are told by name. */
const LESSER: readonly Outcome[] = ['fail', 'unproven', 'waived'];

/** Conformant: all checks of the profile were run, no applicable MUST failed or was waived, and nothing is in error; MUSTs that are unproven are named. What some checks only came to is no verdict. */
export function verdictOf(report: Omit<Report, keyof Verdict | 'schemaVersion'>): Verdict {
  const { plugin, checks, profile, checksInProfile } = report;
  const count = (outcome: Outcome) => checks.filter((check) => check.outcome === outcome).length;
  const idsOf = (outcome: Outcome) =>
    checks.filter((check) => check.level === 'MUST' && check.outcome === outcome).map(({ id }) => id);
  const told = (outcome: Outcome, as: string) => {
    const ids = idsOf(outcome);
    return ids.length === 0 ? [] : [`${ids.length} MUST ${as}: ${ids.join(', ')}`];
  };
  const isPartial = checks.length < checksInProfile;
  const isConformant = isAllowed(checks) && !isPartial;
  const errors = checks.filter(({ outcome }) => outcome === 'error').map(({ id }) => id);
  const blocked = count('blocked');
  const parts = [
    ...(isPartial ? [`${checks.length} of ${checksInProfile} checks`] : []),
    headlineOf(report),
    ...(errors.length > 0 ? [`the subject is in error: ${errors.join(', ')}`] : []),
    ...told('fail', 'failed'),
    ...(blocked === 0 ? [] : [`${blocked} blocked`]),
    ...told('waived', 'waived'),
    ...told('unproven', 'unproven'),
  ];
  // They decide nothing, and are told of so that the figures add up.
  const lesser = checks.filter(({ level, outcome }) => level !== 'MUST' && LESSER.includes(outcome));
  const figures = [
    `${count('pass')} passed`,
    `${count('skip')} not declared`,
    ...lesser.map(({ id, level, outcome }) => `${level} ${id} ${outcome}`),
  ];
  return {
    isConformant,
    unprovenMusts: idsOf('unproven'),
    verdict: `${plugin.id} ${plugin.version} — contract ${plugin.contract} — ${profile}: ${parts.join(', ')} (${figures.join(', ')})`,
  };
}

/** The verdict in a word or two. */
export function headlineOf({ checks, checksInProfile }: Pick<Report, 'checks' | 'checksInProfile'>): string {
  if (checks.some(({ outcome }) => outcome === 'error')) return 'no verdict';
  const not = isAllowed(checks) ? '' : 'not ';
  return checks.length < checksInProfile ? `${not}passed` : `${not}conformant`;
}

const ALLOWED: readonly Outcome[] = ['pass', 'skip', 'unproven'];

/** No MUST failed, was blocked or waived, and nothing is in error. */
export function isAllowed(checks: readonly CheckReport[]): boolean {
  return checks.every(({ level, outcome }) => ALLOWED.includes(outcome) || (level !== 'MUST' && outcome !== 'error'));
}
