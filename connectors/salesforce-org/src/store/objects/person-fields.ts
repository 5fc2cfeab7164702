import type { FieldSpec } from '../object-spec.js';
import { FIRST_NAMES, LAST_NAMES } from './words.js';

/** The compound field over the parts of a person's name. */
export const PERSON_NAME: FieldSpec = {
  name: 'Name',
  label: 'Full Name',
  type: 'string',
  length: 121,
  readOnly: true,
  nameField: true,
  compute: (read) => {
    const parts = [read('FirstName'), read('LastName')].filter((part) => typeof part === 'string');
    return parts.join(' ') || null;
  },
};

/** The parts of a person's name and the compound `Name` over them. */
export function personFields(): FieldSpec[] {
  return [
    {
      name: 'LastName',
      type: 'string',
      length: 80,
      required: true,
      compound: 'Name',
      seed: (row) => row.pick(LAST_NAMES),
    },
    { name: 'FirstName', type: 'string', length: 40, compound: 'Name', seed: (row) => row.pick(FIRST_NAMES) },
    { name: 'Salutation', type: 'picklist', values: ['Mr.', 'Ms.', 'Mx.', 'Dr.', 'Prof.'], compound: 'Name' },
    PERSON_NAME,
  ];
}
