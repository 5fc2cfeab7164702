import { ACCOUNTING_MUTANTS } from './checks/accounting.js';
import { BACKPRESSURE_MUTANTS } from './checks/backpressure.js';
import { BASELINE_MUTANTS } from './checks/baseline.js';
import { BATCHING_MUTANTS } from './checks/batching.js';
import { BROWSE_MUTANTS } from './checks/browse.js';
import { CANCELLATION_MUTANTS } from './checks/cancellation.js';
import { CHECKPOINTS_MUTANTS } from './checks/checkpoints.js';
import { CONCURRENCY_MUTANTS } from './checks/concurrency.js';
import { CONFIG_MUTANTS } from './checks/config.js';
import { CONNECTION_TEST_MUTANTS } from './checks/connection-test.js';
import { DETERMINISM_MUTANTS } from './checks/determinism.js';
import { ERRORS_MUTANTS } from './checks/errors.js';
import { FIDELITY_MUTANTS } from './checks/fidelity.js';
import { HOSTILE_MUTANTS } from './checks/hostile.js';
import { LEAKS_MUTANTS } from './checks/leaks.js';
import { LIFECYCLE_MUTANTS } from './checks/lifecycle.js';
import { MANIFEST_MUTANTS } from './checks/manifest.js';
import { RENEWAL_MUTANTS } from './checks/renewal.js';
import { REPEATS_MUTANTS } from './checks/repeats.js';
import { SCHEMA_MUTANTS } from './checks/schema.js';
import { SECRETS_MUTANTS } from './checks/secrets.js';
import { SEMANTICS_MUTANTS } from './checks/semantics.js';
import { TELEMETRY_MUTANTS } from './checks/telemetry.js';
import { TIME_LIMITS_MUTANTS } from './checks/time-limits.js';
import type { Mutants } from './mutant.js';

/** One at least for each check, under its id: a copy of the items plugin that fails this check and no other. The mutants of `checks/x.ts` stand in `x.ts` here. */
export const MUTANTS: Mutants = {
  ...ACCOUNTING_MUTANTS,
  ...BACKPRESSURE_MUTANTS,
  ...BASELINE_MUTANTS,
  ...BATCHING_MUTANTS,
  ...BROWSE_MUTANTS,
  ...CANCELLATION_MUTANTS,
  ...CHECKPOINTS_MUTANTS,
  ...CONCURRENCY_MUTANTS,
  ...CONFIG_MUTANTS,
  ...CONNECTION_TEST_MUTANTS,
  ...DETERMINISM_MUTANTS,
  ...ERRORS_MUTANTS,
  ...FIDELITY_MUTANTS,
  ...HOSTILE_MUTANTS,
  ...LEAKS_MUTANTS,
  ...LIFECYCLE_MUTANTS,
  ...MANIFEST_MUTANTS,
  ...RENEWAL_MUTANTS,
  ...REPEATS_MUTANTS,
  ...SCHEMA_MUTANTS,
  ...SECRETS_MUTANTS,
  ...SEMANTICS_MUTANTS,
  ...TELEMETRY_MUTANTS,
  ...TIME_LIMITS_MUTANTS,
};
