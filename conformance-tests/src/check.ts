import type { Need } from './needs.js';
import type { Trial } from './trial.js';

/** MUST counts for the verdict, SHOULD is reported, MAY informs. */
export type Level = 'MUST' | 'SHOULD' | 'MAY';

/** `core` is what a new plugin should pass first, in seconds; `full` is every check. */
export type Profile = 'core' | 'full';

/** One rule of conformance, as plain data. Ids are stable and never used again. */
export interface Check {
  readonly id: string;
  readonly level: Level;
  /** The smallest profile that has it. */
  readonly profile: Profile;
  /** What the manifest must declare, all of it, for the rule to apply; else it is skipped. */
  readonly needs: readonly Need[];
  readonly title: string;
  /** What the contract demands. */
  readonly rule: string;
  /** What is usually behind a failure. */
  readonly cause: string;
  /** It tells of what all others left behind, and comes after them. */
  readonly afterAll?: true;
  /** It starts processes of its own, which takes seconds. */
  readonly ownProcess?: true;
  /** Throws a `CheckFailure`, an `Unproven`, a `NotApplicable` or a `SubjectError`. */
  run(trial: Trial): Promise<void>;
}
