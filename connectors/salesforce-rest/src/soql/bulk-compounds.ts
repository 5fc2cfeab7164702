import { refuseSoql } from './soql-refusal.js';

/** Refuses a field of a type that holds others together. `path`: as the configuration names it, at `pointer`. Source: Bulk API 2.0 Developer Guide, "SOQL Considerations". */
export function refuseBulkCompound(type: string, path: string, pointer: string): never {
  const parts = partsOf(path, type).join(', ');
  const message = `Bulk API 2.0 reads no compound field: ${path}; name its parts (${parts}, …), or use RESTAPI`;
  refuseSoql('BULK_COMPOUND_UNSUPPORTED', message, pointer);
}

/** Two of its parts: `BillingStreet` of `BillingAddress`, `Site__Street__s` of `Site__c`. */
function partsOf(path: string, type: string): readonly string[] {
  const parts = type === 'address' ? ['Street', 'City'] : ['Latitude', 'Longitude'];
  return parts.map((part) =>
    /__c$/i.test(path) ? path.replace(/c$/i, `${part}__s`) : path.replace(/Address$/i, part),
  );
}
