import type { Field } from '../store/object-type.js';
import type { Table } from '../store/table.js';
import type { Value } from '../store/values.js';
import type { PositionList } from './positions.js';

/** What is shown of each record, in the order of the SELECT. */
export type Column =
  | { readonly kind: 'field'; readonly name: string; readonly field: Field }
  | { readonly kind: 'constant'; readonly name: string; readonly value: Value; readonly field: Field }
  | ParentColumn
  | ChildrenColumn;

/** A parent: its columns by the table that the lookup points into; `shownAs` is the type's name where that may be several. */
export interface ParentColumn {
  readonly kind: 'parent';
  readonly name: string;
  readonly lookup: Field;
  readonly shownAs: string | undefined;
  readonly targets: ReadonlyMap<Table, Column[]>;
}

/** A list of child records. */
export interface ChildrenColumn {
  readonly kind: 'children';
  readonly name: string;
  readonly selection: Selection;
  /** The children of a record that pass the sub-select, in its order. */
  of(parentId: string, includeDeleted: boolean): PositionList;
}

export interface Selection {
  readonly table: Table;
  readonly columns: readonly Column[];
}
