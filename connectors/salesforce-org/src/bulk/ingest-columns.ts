import { CsvError } from '../formats/csv-rows.js';
import type { InputField } from '../formats/record-input.js';
import type { Field } from '../store/object-type.js';
import type { RecordStore } from '../store/record-store.js';
import type { Table } from '../store/table.js';

/** The text that sets a field to null; an empty cell leaves it alone. */
const NOTHING = '#N/A';

/** What a column of an uploaded CSV is about. */
export type IngestColumn =
  | { readonly kind: 'field'; readonly field: Field }
  /** `Owner.Ext__c`: the lookup, the field of the parent that tells it, and the parent's type where the column names it. */
  | { readonly kind: 'parent'; readonly lookup: Field; readonly key: string; readonly target: string | undefined };

/** Finds out what the columns are; a name that the object type does not have fails the job. `Type:Lookup.Field` names one of several targets. */
export function ingestColumns(store: RecordStore, table: Table, header: readonly string[]): IngestColumn[] {
  const seen = new Set<string>();
  return header.map((name) => {
    const lower = name.toLowerCase();
    if (seen.has(lower)) throw new CsvError(`InvalidBatch : Duplicate column name : ${name}`);
    seen.add(lower);
    const column = columnNamed(store, table, name);
    if (column === undefined) throw new CsvError(`InvalidBatch : Field name not found : ${name}`);
    return column;
  });
}

function columnNamed(store: RecordStore, table: Table, name: string): IngestColumn | undefined {
  const [, target, relationship, key] = /^(?:(\w+):)?(\w+)\.(\w+)$/.exec(name) ?? [];
  if (relationship === undefined || key === undefined) {
    const field = table.type.field(name);
    return field && { kind: 'field', field };
  }
  const lookup = table.type.lookup(relationship);
  const isKnown = (lookup?.to ?? []).some(
    (to) => (target ?? to).toLowerCase() === to.toLowerCase() && store.tableNamed(to)?.type.field(key) !== undefined,
  );
  return lookup !== undefined && isKnown ? { kind: 'parent', lookup, key, target } : undefined;
}

/** The fields that a row gives; those of empty cells are not among them. */
export function fieldsOfRow(columns: readonly IngestColumn[], cells: readonly string[]): InputField[] {
  const fields: InputField[] = [];
  for (const [at, column] of columns.entries()) {
    const cell = cells[at] ?? '';
    if (cell === '') continue;
    const value = cell === NOTHING ? null : cell;
    if (column.kind === 'field') fields.push({ name: column.field.name, value });
    else if (value === null) fields.push({ name: column.lookup.name, value });
    else {
      const { lookup, key, target } = column;
      fields.push({
        name: lookup.relationship ?? '',
        value: [{ name: key, value }],
        ...(target !== undefined && { objectType: target }),
      });
    }
  }
  return fields;
}
