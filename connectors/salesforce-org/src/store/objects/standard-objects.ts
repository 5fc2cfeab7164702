import type { ObjectSpec } from '../object-spec.js';
import { ACCOUNT } from './account.js';
import { CASE } from './case.js';
import { CONTACT } from './contact.js';
import { INVOICE, INVOICE_LINE } from './invoice.js';
import { LEAD } from './lead.js';
import { OPPORTUNITY } from './opportunity.js';
import { SMALL_OBJECTS } from './small-objects.js';
import { TASK } from './task.js';
import { USER } from './user.js';

/** Every object type of a new org. */
export const STANDARD_OBJECTS: readonly ObjectSpec[] = [
  ACCOUNT,
  CONTACT,
  LEAD,
  OPPORTUNITY,
  CASE,
  TASK,
  USER,
  INVOICE,
  INVOICE_LINE,
  ...SMALL_OBJECTS,
];
