import type { FieldDescribe, SObjectDescribe } from '../describe/sobject-describe.js';
import { suggestion } from '../describe/suggestion.js';
import type { UpsertProperties } from '../properties/write-properties.js';
import { configError } from '../transport/refusals.js';

/** The name of the field that an upsert goes by: its properties' schema sees to it that there is one. */
export function externalIdFieldName(properties: Pick<UpsertProperties, 'externalIdFieldName'>): string {
  return properties.externalIdFieldName?.trim() ?? '';
}

/** The field of that name, by which records can be told apart; `config` where there is none. */
export function externalIdField(describe: SObjectDescribe, name: string): FieldDescribe {
  const isKey = (field: FieldDescribe) => field.externalId || field.idLookup || field.type === 'id';
  const field = describe.fields.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (field !== undefined && isKey(field)) return field;
  const known = describe.fields.filter(isKey).map((candidate) => candidate.name);
  const problem = field === undefined ? `is no field of ${describe.name}` : `is no external id of ${describe.name}`;
  const hint = suggestion(name, known) || `; it has ${known.join(', ')}`;
  throw configError('FIELD_UNKNOWN', `externalIdFieldName ${name} ${problem}${hint}`, '/externalIdFieldName');
}

/** Has no other record the same value? Then an upsert may go again after a lost answer. */
export function isUniqueKey(key: FieldDescribe): boolean {
  return key.type === 'id' || key.unique;
}
