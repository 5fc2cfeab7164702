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
  /** Why it is not `pass`. */
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
  readonly isConformant: boolean;
  readonly plugin: { readonly id: string; readonly version: string; readonly title: string; readonly contract: string };
  readonly contractVersion: string;
  readonly suiteVersion: string;
  readonly profile: Profile;
  readonly seed: number;
  readonly checks: readonly CheckReport[];
}

/** Conformant: every applicable MUST passed and none was waived. */
export function verdictOf(
  report: Omit<Report, 'verdict' | 'isConformant' | 'schemaVersion'>,
): Pick<Report, 'verdict' | 'isConformant'> {
  const { plugin, checks, profile } = report;
  const count = (outcome: Outcome) => checks.filter((check) => check.outcome === outcome).length;
  const musts = checks.filter(({ level }) => level === 'MUST');
  const idsOf = (...outcomes: readonly Outcome[]) =>
    musts.filter(({ outcome }) => outcomes.includes(outcome)).map(({ id }) => id);
  const broken = idsOf('fail', 'blocked', 'error');
  const waived = idsOf('waived');
  const unproven = idsOf('unproven');
  const isConformant = broken.length === 0 && waived.length === 0;
  const parts = [
    isConformant ? 'conformant' : 'not conformant',
    ...(broken.length > 0 ? [`${broken.length} MUST not passed: ${broken.join(', ')}`] : []),
    ...(waived.length > 0 ? [`${waived.length} MUST waived: ${waived.join(', ')}`] : []),
    ...(unproven.length > 0 ? [`${unproven.length} MUST unproven: ${unproven.join(', ')}`] : []),
  ];
  return {
    isConformant,
    verdict: `${plugin.id} ${plugin.version} — contract ${plugin.contract} — ${profile}: ${parts.join(', ')} (${count('pass')} passed, ${count('skip')} not declared)`,
  };
}
