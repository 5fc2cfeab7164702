import type { SObjectDescribe } from '../describe/sobject-describe.js';
import { documentError } from '../transport/refusals.js';

/** Refuses the id of a record whose first characters say that it is of another object type. What is no id, and a type whose ids tell nothing, is let pass. */
export function checkKeyPrefix(id: string, { name, keyPrefix }: SObjectDescribe): void {
  if (keyPrefix === '' || id.startsWith(keyPrefix) || !/^[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$/.test(id)) return;
  const message = `the Id ${id} is of another object type: those of ${name} begin with ${keyPrefix}`;
  throw documentError('OBJECT_TYPE_DIFFERS', message, 'Id');
}
