import type { Check } from '../check.js';
import { ACCOUNTING } from './accounting.js';
import { BASELINE } from './baseline.js';
import { CANCELLATION } from './cancellation.js';
import { CONFIG } from './config.js';
import { LIFECYCLE } from './lifecycle.js';
import { MANIFEST } from './manifest.js';

/** In the order they run and are reported. */
const GROUPS: Readonly<Record<string, readonly Check[]>> = {
  Manifest: MANIFEST,
  Configuration: CONFIG,
  Baseline: BASELINE,
  'Document accounting': ACCOUNTING,
  Cancellation: CANCELLATION,
  Lifecycle: LIFECYCLE,
};

/** All checks. The first groups hold the preconditions of the rest. */
export const CHECKS: readonly Check[] = Object.values(GROUPS).flat();

/** Checks without which others show nothing: one that fails blocks those after it. */
export const PRECONDITIONS: ReadonlySet<string> = new Set(['MAN-01', 'CFG-01', 'BAS-01']);

/** The heading that a check stands under. */
export function groupOf(check: Check): string {
  return Object.entries(GROUPS).find(([, checks]) => checks.includes(check))?.[0] ?? '';
}
