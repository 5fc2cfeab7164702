import type { FieldDescribe, SObjectDescribe } from '../describe/sobject-describe.js';
import { CREATED_COLUMN, ERROR_COLUMN, ID_COLUMN } from '../result-columns.js';
import { keyElement, outputElement, type WriteOperation } from './field-elements.js';
import type { ModelElement, ObjectModel } from './object-model.js';

const OWN_COLUMNS: readonly (readonly [string, string])[] = [
  [ID_COLUMN, 'Id of the record; empty where it was refused'],
  [CREATED_COLUMN, 'Of a record that was written: whether it is a new one'],
  [ERROR_COLUMN, 'Of a record that was refused: why'],
];

/** The record that a write over Bulk API 2.0 gives: what the service says of the row, and the row as it was sent, whatever stood in it: without what was absent, null where a field was emptied. */
export function bulkResultModel(describe: SObjectDescribe, operation: WriteOperation): ObjectModel {
  const { name, fields } = describe;
  const sent = operation === 'delete' ? fields.filter(({ type }) => type === 'id') : fields;
  const keys = sent.filter(({ relationshipName }) => relationshipName !== '').map(keyElement);
  const elements = [...OWN_COLUMNS.map(ownElement), ...sent.map(sentElement), ...keys];
  return { root: 'records', rootType: name, direction: 'output', types: [{ name, elements }] };
}

/** The same without the fields that hold others together: no query over Bulk API 2.0 reads them. */
export function withoutCompounds(model: ObjectModel): ObjectModel {
  const types = model.types.map((type) => ({
    ...type,
    elements: type.elements.filter(({ content }) => content.kind !== 'compound'),
  }));
  return { ...model, types };
}

/** The same with every value as a text: CSV knows nothing else, and JSON says so. */
export function withTexts(model: ObjectModel): ObjectModel {
  const types = model.types.map((type) => ({ ...type, elements: type.elements.map(asText) }));
  return { ...model, types };
}

function asText(element: ModelElement): ModelElement {
  return element.content.kind === 'value' ? { ...element, content: { kind: 'value', value: 'text' } } : element;
}

function ownElement([name, documentation]: readonly [string, string]): ModelElement {
  return { name, documentation, required: false, nillable: true, content: { kind: 'value', value: 'text' } };
}

/** Parts of an address or location are columns of their own, so that these are texts too. */
function sentElement(field: FieldDescribe): ModelElement {
  return { ...outputElement(field), content: { kind: 'value', value: 'text' } };
}
