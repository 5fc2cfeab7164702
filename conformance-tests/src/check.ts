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

/** The plugin breaks the rule. */
export class CheckFailure extends Error {
  constructor(
    readonly expected: string,
    readonly seen: string,
    readonly did: string,
  ) {
    super(`expected ${expected}; seen ${seen}; after ${did}`);
    this.name = 'CheckFailure';
  }
}

/** The fixture cannot show it; `hint` says what to add. */
export class Unproven extends Error {
  constructor(readonly hint: string) {
    super(hint);
    this.name = 'Unproven';
  }
}

/** The fixture or the suite is at fault, not the plugin. */
export class SubjectError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SubjectError';
  }
}

/** Fails unless `holds`. */
export function expectThat(holds: boolean, expected: string, seen: unknown, did: string): void {
  if (holds) return;
  const text = typeof seen === 'string' ? seen : (JSON.stringify(seen) ?? String(seen));
  throw new CheckFailure(expected, text.slice(0, 1000), did);
}
