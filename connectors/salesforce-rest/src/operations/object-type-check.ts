import type { SObjectDescribe } from '../describe/sobject-describe.js';
import { documentError } from '../transport/refusals.js';

/** Of a name in a message. */
const MAX_NAME_CHARS = 100;

/** Refuses a document that says that it is of another object type. Case does not count; one that says none is let pass. */
export function checkObjectType(told: string, objectType: string): void {
  const own = told.trim();
  if (own === '' || own.toLowerCase() === objectType.toLowerCase()) return;
  const message = `the document is a ${own.slice(0, MAX_NAME_CHARS)}, and the operation is about ${objectType}`;
  throw documentError('OBJECT_TYPE_DIFFERS', message, 'type');
}

/**
 * Refuses what a delete cannot mean: the text that is no id, and the id whose first characters say that it is of another object type.
 * Whether its last three characters fit the others, the service says. A type whose ids tell nothing is let pass.
 */
export function checkDeleted(id: string, { name, keyPrefix }: SObjectDescribe): void {
  if (!/^[0-9A-Za-z]{1,18}$/.test(id)) throw documentError('ID_MALFORMED', `the Id ${id} is no record's id`, 'Id');
  if (keyPrefix === '' || id.startsWith(keyPrefix) || !/^(?:.{15}|.{18})$/.test(id)) return;
  const message = `the Id ${id} is of another object type: those of ${name} begin with ${keyPrefix}`;
  throw documentError('OBJECT_TYPE_DIFFERS', message, 'Id');
}
