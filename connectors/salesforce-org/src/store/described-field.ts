import { type DescribedField, isObject } from './describe-files.js';
import type { FieldSpec, FieldType, ReadField } from './object-spec.js';
import { addressOf } from './objects/address-fields.js';
import type { Value } from './values.js';

const TYPES: ReadonlySet<string> = new Set<FieldType>([
  'reference',
  'string',
  'textarea',
  'boolean',
  'int',
  'double',
  'currency',
  'percent',
  'date',
  'datetime',
  'time',
  'picklist',
  'multipicklist',
  'combobox',
  'email',
  'phone',
  'url',
  'address',
]);

/** A list on the parents, as the parent's describe tells it. */
export interface DescribedChildren {
  readonly name: string | undefined;
  readonly onDelete: FieldSpec['onDelete'];
}

/** What a field is read beside its own entry. */
export interface FieldSurroundings {
  /** All entries of its file: parts of compound fields are among them. */
  readonly siblings: readonly DescribedField[];
  /** The canonical name of an object type that there is. */
  readonly objectNamed: (name: string) => string | undefined;
  /** What the parents' files say of the list that the field makes. */
  readonly children: DescribedChildren | undefined;
}

/** Makes a field of its entry in a describe. Throws an `Error` about what this org cannot have; the caller names file and field. */
export function fieldOfDescribe(entry: DescribedField, surroundings: FieldSurroundings): FieldSpec {
  const { name, type } = entry;
  if (!isFieldType(type)) throw new Error(`this org has no type "${type}"`);
  const [isCreateable, isUpdateable] = [entry['createable'] === true, entry['updateable'] === true];
  const fallback = defaultOf(entry, type);
  const compute = computeOf(entry, type, surroundings.siblings);
  const targets = type === 'reference' ? targetsOf(entry, surroundings) : [];
  const onDelete =
    entry['cascadeDelete'] === true
      ? 'cascade'
      : entry['restrictedDelete'] === true
        ? 'restrict'
        : surroundings.children?.onDelete;
  return {
    name,
    type,
    ...texts(entry),
    ...sizes(entry, type),
    ...flags(entry),
    ...(entry['nillable'] === false && type !== 'boolean' && entry['autoNumber'] !== true && { required: true }),
    ...(fallback !== undefined && { default: fallback }),
    ...(!isCreateable && !isUpdateable && { readOnly: true }),
    ...(isCreateable && !isUpdateable && { createOnly: true }),
    ...(!isCreateable && isUpdateable && { updateOnly: true }),
    ...(targets.length > 0 && { to: targets }),
    ...(surroundings.children?.name !== undefined && { children: surroundings.children.name }),
    ...(onDelete !== undefined && { onDelete }),
    ...(isPicklist(type) && { values: activeValues(entry).map(({ value }) => value) }),
    ...(compute !== undefined && { compute }),
    described: targets.length > 0 ? { ...entry, referenceTo: targets } : entry,
  };
}

const isFieldType = (type: string): type is FieldType => TYPES.has(type);
const isPicklist = (type: FieldType): boolean => ['picklist', 'multipicklist', 'combobox'].includes(type);

function texts(entry: DescribedField): Partial<FieldSpec> {
  const { label, relationshipName, compoundFieldName } = entry;
  return {
    ...(typeof label === 'string' && { label }),
    ...(typeof relationshipName === 'string' && { relationship: relationshipName }),
    ...(typeof compoundFieldName === 'string' && { compound: compoundFieldName }),
  };
}

function flags(entry: DescribedField): Partial<FieldSpec> {
  const names = ['unique', 'externalId', 'caseSensitive', 'idLookup', 'nameField', 'autoNumber'] as const;
  const isRestricted = entry['restrictedPicklist'] === true;
  return {
    ...Object.fromEntries(names.filter((name) => entry[name] === true).map((name) => [name, true])),
    ...(isRestricted && { restricted: true }),
  };
}

/** Length of text, digits of numbers; a describe says 0 for those that a type does not have. */
function sizes(entry: DescribedField, type: FieldType): Partial<FieldSpec> {
  const whole = (member: string): number | undefined => {
    const value = entry[member] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw new Error(`"${member}" must be a whole number from 0 on, got ${JSON.stringify(value)}`);
  };
  const [length, precision, scale] = [whole('length'), whole('precision'), whole('scale')];
  if (!['double', 'currency', 'percent'].includes(type)) return length ? { length } : {};
  if (precision !== undefined && scale !== undefined && scale > precision)
    throw new Error(`"scale" ${scale} is more than "precision" ${precision}`);
  return { ...(precision ? { precision } : {}), ...(scale !== undefined && { scale }) };
}

/** The object types that a lookup points to, as far as there are any; it is refused where there is none. */
function targetsOf(entry: DescribedField, { objectNamed }: FieldSurroundings): string[] {
  const named = Array.isArray(entry['referenceTo']) ? entry['referenceTo'].map(String) : [];
  const targets = named.map((name) => objectNamed(name)).filter((name) => name !== undefined);
  if (targets.length > 0) return targets;
  throw new Error(named.length === 0 ? 'refers to no object' : `refers to ${named.join(', ')}, which is nowhere`);
}

/** The value of a create that gives none: null where the service has one that a file cannot tell, undefined where there is none. */
function defaultOf(entry: DescribedField, type: FieldType): Value | undefined {
  const { defaultValue } = entry;
  const isNumber = ['int', 'double', 'currency', 'percent'].includes(type);
  if (type === 'boolean') return defaultValue === true || defaultValue === 'true';
  if (isPicklist(type)) {
    const chosen = activeValues(entry).filter(({ isDefault }) => isDefault);
    if (chosen.length > 0) return chosen.map(({ value }) => value).join(';');
  }
  if (typeof defaultValue === 'number' || (typeof defaultValue === 'string' && defaultValue !== '')) {
    if (isNumber && !Number.isFinite(Number(defaultValue)))
      throw new Error(`"defaultValue" must be a number, got ${JSON.stringify(defaultValue)}`);
    if (isNumber) return Number(defaultValue);
    if (['string', 'textarea', 'email', 'phone', 'url', 'combobox', 'picklist'].includes(type))
      return String(defaultValue);
  }
  return entry['defaultedOnCreate'] === true ? null : undefined;
}

function activeValues(entry: DescribedField): { value: string; isDefault: boolean }[] {
  const { picklistValues = [] } = entry;
  if (!Array.isArray(picklistValues)) throw new Error('"picklistValues" must be a list');
  return picklistValues.flatMap((one: unknown) => {
    if (!isObject(one) || typeof one['value'] !== 'string') throw new Error('every picklist value must have a "value"');
    return one['active'] === false ? [] : [{ value: one['value'], isDefault: one['defaultValue'] === true }];
  });
}

/** Auto numbers, addresses and names of persons are made from the record; formulas are not evaluated and stay empty. */
function computeOf(
  entry: DescribedField,
  type: FieldType,
  siblings: readonly DescribedField[],
): FieldSpec['compute'] | undefined {
  if (entry['autoNumber'] === true) return (_read, position) => String(position + 1).padStart(5, '0');
  const parts = new Set(
    siblings.filter(({ compoundFieldName }) => compoundFieldName === entry.name).map(({ name }) => name),
  );
  const partOf =
    (read: ReadField): ReadField =>
    (name) =>
      parts.has(name) ? read(name) : null;
  if (type === 'address') return (read) => addressOf(entry.name.replace(/Address$/, ''), partOf(read));
  if (entry.name !== 'Name' || !parts.has('LastName')) return undefined;
  return (read) =>
    [partOf(read)('FirstName'), read('LastName')].filter((part) => typeof part === 'string').join(' ') || null;
}
