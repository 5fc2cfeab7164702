import type { Subject } from '@connector-runtime/conformance-tests';
import { MUTANTS } from '../../mutants/index.js';
import { itemsSubject } from '../../reference/items/items-subject.js';
import { SWITCHED_OFF } from '../switched-off.js';

/** Names a mutant; without it the subject is conformant. */
export const MUTANT_VARIABLE = 'RUNNER_TEST_MUTANT';

const mutant = MUTANTS[process.env[MUTANT_VARIABLE] ?? ''];

/** What an author's `subject.ts` would have. Of the good one a check is skipped: it has no older configuration. */
export const subject: Subject = itemsSubject(mutant?.plugin ?? SWITCHED_OFF['older configVersion'].plugin);
