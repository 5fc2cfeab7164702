import type { ConnectorManifest } from '@connector-runtime/core';
import type { Trial } from './trial.js';

export type Level = 'MUST' | 'SHOULD' | 'MAY';

/** One rule of conformance, as plain data. Ids are stable and never used again. */
export interface Check {
  readonly id: string;
  readonly level: Level;
  /** Why the check does not apply to this manifest; `undefined` if it does. */
  skip?(manifest: ConnectorManifest): string | undefined;
  readonly title: string;
  /** What the contract demands. */
  readonly rule: string;
  /** What is usually behind a failure. */
  readonly cause: string;
  /** Throws a {@link CheckFailure}, an {@link Unproven}, or an {@link SubjectError}. */
  run(trial: Trial): Promise<void>;
}
