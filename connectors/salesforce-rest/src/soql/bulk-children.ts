import { refuseSoql } from './soql-refusal.js';

/** Refuses the fields of child records. Source: Bulk API 2.0 Developer Guide, "SOQL Considerations". */
export function refuseBulkChildren(fields: readonly string[]): void {
  const index = fields.findIndex((path) => path.split('/').includes('records'));
  if (index < 0) return;
  const message = `Bulk API 2.0 reads no child records: ${fields[index]}; use RESTAPI, or query the child object itself`;
  refuseSoql('BULK_CHILDREN_UNSUPPORTED', message, `/fields/${index}`);
}
