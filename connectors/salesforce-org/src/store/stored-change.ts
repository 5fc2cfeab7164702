import type { RecordChange } from './change-journal.js';
import { canonicalId } from './ids.js';
import type { RecordStore } from './record-store.js';

/** Makes a change that a file kept. Throws an `Error` for a record, an object type or a field that the org cannot have. */
export function applyStoredChange(store: RecordStore, { objectType, id, fields = {}, purged }: RecordChange): void {
  const table = store.tableNamed(objectType);
  if (table === undefined) throw new Error(`the org has no object type ${objectType}`);
  const values = new Map(Object.entries(fields).map(([name, value]) => [table.type.required(name), value]));
  const position = table.positionOf(id);
  if (position === undefined) {
    if (canonicalId(id) !== table.idAt(table.size))
      throw new Error(`${id} is neither a record of ${table.type.name} nor its next one`);
    table.insert(values);
    return;
  }
  if (values.size > 0) table.update(position, values);
  if (values.get(table.type.required('IsDeleted')) === true) table.delete(position);
  if (purged === true) table.purge(position);
}
