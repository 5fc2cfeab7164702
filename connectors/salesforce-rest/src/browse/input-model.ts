import type { SObjectDescribe } from '../describe/sobject-describe.js';
import { inputElement, keyElement, type WriteOperation, writableFields } from './field-elements.js';
import type { ModelElement, ObjectModel } from './object-model.js';

/** The document that a write operation takes. `keyField`: the external id field of an upsert, which is in it only where that is said. */
export function inputModel(
  describe: SObjectDescribe,
  operation: WriteOperation,
  keyField?: string,
  isKeyInside = false,
): ObjectModel {
  const fields = writableFields(describe, operation, keyField, isKeyInside);
  const elements = new Map<string, ModelElement>();
  for (const field of fields) elements.set(field.name, inputElement(field, operation));
  for (const field of fields) {
    const hasParent = operation !== 'delete' && field.type === 'reference' && field.relationshipName !== '';
    if (hasParent && !elements.has(field.relationshipName)) elements.set(field.relationshipName, keyElement(field));
  }
  const type = { name: describe.name, elements: [...elements.values()] };
  return { root: 'records', rootType: describe.name, direction: 'input', types: [type] };
}
