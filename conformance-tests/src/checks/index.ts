import type { Check } from '../check.js';
import { ACCOUNTING } from './accounting.js';
import { BASELINE } from './baseline.js';
import { CANCELLATION } from './cancellation.js';
import { CONFIG } from './config.js';
import { LIFECYCLE } from './lifecycle.js';
import { MANIFEST } from './manifest.js';

/** All checks. The first three groups are preconditions of the rest, in this order. */
export const CHECKS: readonly Check[] = [
  ...MANIFEST,
  ...CONFIG,
  ...BASELINE,
  ...ACCOUNTING,
  ...CANCELLATION,
  ...LIFECYCLE,
];

/** Checks without which others show nothing: one that fails blocks those after it. */
export const PRECONDITIONS: ReadonlySet<string> = new Set(['MAN-01', 'CFG-01', 'BAS-01']);
