import type { Check } from '../check.js';
import { ACCOUNTING } from './accounting.js';
import { BACKPRESSURE } from './backpressure.js';
import { BASELINE } from './baseline.js';
import { BATCHING } from './batching.js';
import { BROWSE } from './browse.js';
import { CANCELLATION } from './cancellation.js';
import { CHECKPOINTS } from './checkpoints.js';
import { CONCURRENCY } from './concurrency.js';
import { CONFIG } from './config.js';
import { CONNECTION_TEST } from './connection-test.js';
import { DETERMINISM } from './determinism.js';
import { ERRORS } from './errors.js';
import { FIDELITY } from './fidelity.js';
import { HOSTILE } from './hostile.js';
import { LEAKS } from './leaks.js';
import { LIFECYCLE } from './lifecycle.js';
import { MANIFEST } from './manifest.js';
import { RENEWAL } from './renewal.js';
import { REPEATS } from './repeats.js';
import { SCHEMA } from './schema.js';
import { SECRETS } from './secrets.js';
import { SEMANTICS } from './semantics.js';
import { TELEMETRY } from './telemetry.js';
import { TIME_LIMITS } from './time-limits.js';

/** In the order they run and are reported. */
const GROUPS: Readonly<Record<string, readonly Check[]>> = {
  Manifest: MANIFEST,
  Configuration: CONFIG,
  Baseline: BASELINE,
  Lifecycle: LIFECYCLE,
  'Connection test': CONNECTION_TEST,
  Browse: BROWSE,
  Schema: SCHEMA,
  'Operation semantics': SEMANTICS,
  'Document accounting': ACCOUNTING,
  Batching: BATCHING,
  Cancellation: CANCELLATION,
  'Time limits': TIME_LIMITS,
  Errors: ERRORS,
  'Renewal of the session': RENEWAL,
  Secrets: SECRETS,
  Leaks: LEAKS,
  Concurrency: CONCURRENCY,
  Backpressure: BACKPRESSURE,
  Repeats: REPEATS,
  Determinism: DETERMINISM,
  'Hostile input': HOSTILE,
  Fidelity: FIDELITY,
  Checkpoints: CHECKPOINTS,
  Telemetry: TELEMETRY,
};

/** All checks. The first groups hold the preconditions of the rest. */
export const CHECKS: readonly Check[] = Object.values(GROUPS).flat();

/** Checks without which others show nothing, in the order they come. */
const PRECONDITIONS: readonly string[] = ['MAN-01', 'MAN-03', 'MAN-04', 'CFG-01', 'BAS-01'];

/** They look at the manifest or the import only, so that a plugin that cannot connect has them judged all the same. */
const OF_MANIFEST: ReadonlySet<string> = new Set(['MAN-02', 'MAN-05', 'CFG-02', 'CFG-05']);

/** The checks that must not have failed for this one to show anything. */
export function preconditionsOf(check: Check): readonly Check[] {
  const at = CHECKS.indexOf(check);
  const needsAll = !PRECONDITIONS.includes(check.id) && !OF_MANIFEST.has(check.id);
  return CHECKS.filter((other, index) => PRECONDITIONS.includes(other.id) && (needsAll || index < at));
}

/** The heading that a check stands under. */
export function groupOf(check: Check): string {
  return Object.entries(GROUPS).find(([, checks]) => checks.includes(check))?.[0] ?? '';
}
