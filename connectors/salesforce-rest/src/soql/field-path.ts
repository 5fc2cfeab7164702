import { MAX_CHILD_LEVELS, MAX_PARENT_LEVELS } from '../service-limits.js';
import { refuseSoql } from './soql-refusal.js';

const RECORDS = 'records';

/** A field as the configuration names it: `Name`, `Owner/Email`, `Contacts/records/Owner/Name`. */
export interface FieldPath {
  /** Child relationships from the object down to the records that hold the field. */
  readonly children: readonly string[];
  /** Parent relationships from those records up to the field. */
  readonly parents: readonly string[];
  readonly field: string;
}

/** A path whose every part was found in the live describes, in the service's own spelling. */
export interface ResolvedField {
  readonly children: readonly string[];
  /** Below the children, with dots: `Owner.Email`. */
  readonly name: string;
  /** The service's word: `string`, `datetime`, … */
  readonly type: string;
  readonly filterable: boolean;
  readonly sortable: boolean;
}

/** Takes a path apart. Only a whole step `records` marks a child relationship. `pointer` says where the path stands in the configuration. */
export function parseFieldPath(path: string, pointer: string): FieldPath {
  const steps = path.split('/');
  if (steps.includes('')) refuseSoql('FIELD_PATH_INVALID', `"${path}" is no field path: a step is empty`, pointer);
  const children: string[] = [];
  let at = 0;
  while (steps[at + 1] === RECORDS) {
    children.push(steps[at] ?? '');
    at += 2;
  }
  const parents = steps.slice(at, -1);
  const field = steps.length > at ? (steps.at(-1) ?? '') : '';
  if (field === '' || parents.includes(RECORDS)) {
    refuseSoql(
      'FIELD_PATH_INVALID',
      `"${path}" is no field path: "records" stands between a child relationship and its fields`,
      pointer,
    );
  }
  if (parents.length > MAX_PARENT_LEVELS || children.length > MAX_CHILD_LEVELS) {
    refuseSoql(
      'FIELD_PATH_INVALID',
      `"${path}" goes over ${parents.length} parents and ${children.length} children; the service allows ${MAX_PARENT_LEVELS} and ${MAX_CHILD_LEVELS}`,
      pointer,
    );
  }
  return { children, parents, field };
}
