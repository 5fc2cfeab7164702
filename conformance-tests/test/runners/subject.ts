import type { Subject } from '@connector-runtime/conformance-tests';
import { MUTANTS } from '../../mutants/index.js';
import { itemsSubject } from '../../reference/items/items-subject.js';
import { SWITCHED_OFF } from '../switched-off.js';
import { without } from '../without.js';

/** Names a mutant; without it the subject is conformant. */
export const MUTANT_VARIABLE = 'RUNNER_TEST_MUTANT';

/** Set where the fixture has no `bad`, so that ACC-06 is unproven. */
export const UNPROVEN_VARIABLE = 'RUNNER_TEST_UNPROVEN';

const mutant = MUTANTS[process.env[MUTANT_VARIABLE] ?? ''];

/** What an author's `subject.ts` would have. Of the good one a check is skipped: it has no older configuration. */
export const subject: Subject = subjectFrom(itemsSubject(mutant?.plugin ?? SWITCHED_OFF['older configVersion'].plugin));

function subjectFrom(whole: Subject): Subject {
  if (process.env[UNPROVEN_VARIABLE] !== '1') return whole;
  return {
    ...whole,
    start: async (options) => {
      const fixture = await whole.start(options);
      const operations = Object.entries(fixture.operations).map(([key, one]) => [key, without(one, 'bad')]);
      return { ...fixture, operations: Object.fromEntries(operations) };
    },
  };
}
