import type { SeedRow } from './seed-row.js';
import type { Value } from './values.js';

/** Field types, by the names that a describe gives them. */
export type FieldType =
  | 'id'
  | 'reference'
  | 'string'
  | 'textarea'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'time'
  | 'picklist'
  | 'multipicklist'
  | 'combobox'
  | 'email'
  | 'phone'
  | 'url'
  | 'address';

/** Reads another field of the same record by its canonical name: what a computed field is made of. */
export type ReadField = (name: string) => Value;

/** One field, told shortly; `describeField` expands it to the entry of a describe. */
export interface FieldSpec {
  readonly name: string;
  readonly type: FieldType;
  /** Made from the name where absent. */
  readonly label?: string;
  /** Text length in characters (80 where absent). */
  readonly length?: number;
  /** Digits in all, and after the point (18 and 0 where absent). */
  readonly precision?: number;
  readonly scale?: number;
  /** Not nillable; without `default` it must be given on create. */
  readonly required?: boolean;
  /** The value of a create that gives none. */
  readonly default?: Value;
  /** Neither createable nor updateable. */
  readonly readOnly?: boolean;
  readonly createOnly?: boolean;
  readonly updateOnly?: boolean;
  readonly unique?: boolean;
  readonly externalId?: boolean;
  readonly caseSensitive?: boolean;
  readonly idLookup?: boolean;
  readonly nameField?: boolean;
  readonly autoNumber?: boolean;
  /** Object types that a reference points to, its name in paths, and its list on the parents. */
  readonly to?: readonly string[];
  readonly relationship?: string;
  readonly children?: string;
  readonly onDelete?: 'cascade' | 'restrict';
  /** Picklist values; `restricted` refuses others. */
  readonly values?: readonly string[];
  readonly restricted?: boolean;
  /** The compound field that this one is a part of. */
  readonly compound?: string;
  /** Made from other fields on every read; never stored. */
  readonly compute?: (read: ReadField, position: number) => Value;
  /** The value of a seeded record; null where absent (or `default`). */
  readonly seed?: (row: SeedRow) => Value;
  /** The position of the seeded record that would have this value: spares an index over a million records. */
  readonly seededAt?: (value: string) => number | undefined;
  /** The entry of the describe that the field was made of: its own describe shows it. */
  readonly described?: Readonly<Record<string, unknown>>;
}

/** One object type, told shortly. The system fields (`Id`, `IsDeleted`, `CreatedDate`, …) are added by the expansion. */
export interface ObjectSpec {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  /** Three characters; null for objects whose records have no ids of their own kind. */
  readonly keyPrefix: string | null;
  /** Flags that differ from a plain object's (all true). */
  readonly flags?: {
    readonly [flag in 'createable' | 'updateable' | 'deletable' | 'queryable' | 'searchable']?: boolean;
  };
  /** Object types that may own a record; absent: no `OwnerId`. */
  readonly owners?: readonly string[];
  readonly fields: readonly FieldSpec[];
  /** How many records the seed makes, from the number of accounts. */
  readonly seeded?: (accounts: number) => number;
  /** Members of the describe that the object type was made of: its own describe shows them. */
  readonly described?: Readonly<Record<string, unknown>>;
}
