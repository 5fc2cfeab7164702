import type { FieldType } from './object-spec.js';
import type { Field, ObjectType } from './object-type.js';

/** A describe or a part of it, as JSON. */
export type Described = { [member: string]: unknown };

const SOAP_TYPES: { readonly [type in FieldType]?: string } = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  time: 'xsd:time',
  address: 'urn:address',
};

const TEXT_TYPES = new Set<FieldType>([
  'string',
  'textarea',
  'picklist',
  'multipicklist',
  'combobox',
  'email',
  'phone',
  'url',
]);

/** Greatest length of a text field in characters; 18 for ids, 0 for what is no text. */
export function lengthOf(field: Field): number {
  if (field.type === 'id' || field.type === 'reference') return 18;
  if (!TEXT_TYPES.has(field.type)) return 0;
  return field.length ?? (field.type === 'picklist' ? 255 : field.type === 'multipicklist' ? 4099 : 80);
}

/** True for text areas that filters and sorts refuse. */
export function isLongText(field: Field): boolean {
  return field.type === 'textarea' && lengthOf(field) > 255;
}

/** True for what WHERE takes; the file of a field decides, where it is from one. So do the next two. */
export function isFilterable(field: Field): boolean {
  return saidOf(field, 'filterable') ?? (!isLongText(field) && field.type !== 'address');
}

/** True for what ORDER BY takes. */
export function isSortable(field: Field): boolean {
  return saidOf(field, 'sortable') ?? (!isLongText(field) && !['address', 'multipicklist'].includes(field.type));
}

/** True for what GROUP BY takes. */
export function isGroupable(field: Field): boolean {
  const isPlain = !isLongText(field) && !isNumeric(field);
  return saidOf(field, 'groupable') ?? (isPlain && !['address', 'datetime', 'multipicklist'].includes(field.type));
}

function saidOf(field: Field, member: string): boolean | undefined {
  const said = field.described?.[member];
  return typeof said === 'boolean' ? said : undefined;
}

export const isNumeric = (field: Field): boolean => ['double', 'currency', 'percent'].includes(field.type);

/** True when a create or an update may set the field. */
export function isWriteable(field: Field, mode: 'create' | 'update'): boolean {
  if (field.readOnly === true || field.compute !== undefined) return false;
  return mode === 'create' ? field.updateOnly !== true : field.createOnly !== true;
}

/** True when a create without it is refused. */
export const isRequired = (field: Field): boolean =>
  field.required === true && field.default === undefined && field.updateOnly !== true;

function describeField(type: ObjectType, field: Field): Described {
  const length = lengthOf(field);
  const isId = length === 18 && SOAP_TYPES[field.type] === 'tns:ID';
  const plainText = !isLongText(field) && field.type !== 'address';
  const writeable = type.can('createable') || type.can('updateable');
  return {
    aggregatable: plainText && field.type !== 'boolean',
    aiPredictionField: false,
    autoNumber: field.autoNumber === true,
    byteLength: isId ? 18 : length * 3,
    calculated:
      field.compute !== undefined && field.autoNumber !== true && field.nameField !== true && field.type !== 'address',
    calculatedFormula: null,
    cascadeDelete: field.onDelete === 'cascade',
    caseSensitive: field.caseSensitive === true,
    compoundFieldName: field.compound ?? null,
    controllerName: null,
    createable: writeable && isWriteable(field, 'create'),
    custom: field.name.endsWith('__c'),
    defaultValue: field.type === 'boolean' ? field.default === true : (field.default ?? null),
    defaultValueFormula: null,
    defaultedOnCreate: field.default !== undefined || field.autoNumber === true,
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: field.type === 'int' ? 8 : 0,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: field.externalId === true,
    extraTypeInfo:
      field.type === 'textarea'
        ? 'plaintextarea'
        : field.compound === undefined && field.nameField === true && type.field('LastName') !== undefined
          ? 'personname'
          : null,
    filterable: isFilterable(field),
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable: isGroupable(field),
    highScaleNumber: false,
    htmlFormatted: false,
    idLookup: field.idLookup === true || field.externalId === true,
    inlineHelpText: null,
    label: field.label,
    length,
    mask: null,
    maskType: null,
    name: field.name,
    nameField: field.nameField === true,
    namePointing: (field.to?.length ?? 0) > 1,
    nillable: field.required !== true && field.type !== 'boolean' && field.autoNumber !== true,
    permissionable: field.required !== true && field.readOnly !== true,
    picklistValues: (field.values ?? []).map((value) => ({
      active: true,
      defaultValue: value === field.default,
      label: value,
      validFor: null,
      value,
    })),
    polymorphicForeignKey: (field.to?.length ?? 0) > 1,
    precision: isNumeric(field) ? (field.precision ?? 18) : 0,
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: field.to ?? [],
    relationshipName: field.relationship ?? null,
    relationshipOrder: null,
    restrictedDelete: field.onDelete === 'restrict',
    restrictedPicklist: field.restricted === true,
    scale: isNumeric(field) ? (field.scale ?? 0) : 0,
    searchPrefilterable: false,
    soapType: SOAP_TYPES[field.type] ?? 'xsd:string',
    sortable: isSortable(field),
    type: field.type,
    unique: field.unique === true,
    updateable: writeable && isWriteable(field, 'update'),
    writeRequiresMasterRead: false,
    ...field.described,
  };
}

/** One entry of the list of objects: the flags and links of an object type. `root` is `/services/data/vNN.N`. */
export function describeBriefly(type: ObjectType, root: string): Described {
  const url = `${root}/sobjects/${type.name}`;
  const urls: Described = { sobject: url, describe: `${url}/describe`, rowTemplate: `${url}/{ID}` };
  if (type.can('createable')) {
    for (const link of ['layouts', 'compactLayouts', 'approvalLayouts']) urls[link] = `${url}/describe/${link}`;
    urls['quickActions'] = `${url}/quickActions`;
    urls['listviews'] = `${url}/listviews`;
  }
  const { createable, deletable, queryable, updateable } = {
    createable: type.can('createable'),
    deletable: type.can('deletable'),
    queryable: type.can('queryable'),
    updateable: type.can('updateable'),
  };
  const brief: Described = {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable,
    custom: type.isCustom,
    customSetting: false,
    deepCloneable: false,
    deletable,
    deprecatedAndHidden: false,
    feedEnabled: false,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: type.spec.keyPrefix,
    label: type.spec.label,
    labelPlural: type.spec.labelPlural,
    layoutable: createable,
    mergeable: false,
    mruEnabled: createable,
    name: type.name,
    queryable,
    replicateable: queryable,
    retrieveable: queryable,
    searchable: type.can('searchable'),
    triggerable: createable,
    undeletable: deletable,
    updateable,
    urls,
  };
  const described = Object.entries(type.spec.described ?? {}).filter(([member]) => Object.hasOwn(brief, member));
  return { ...brief, ...Object.fromEntries(described) };
}

/** The whole describe of an object type. */
export function describeFully(type: ObjectType, root: string): Described {
  const master = {
    active: true,
    available: true,
    defaultRecordTypeMapping: true,
    developerName: 'Master',
    master: true,
    name: 'Master',
    recordTypeId: '012000000000000AAA',
    urls: { layout: `${root}/sobjects/${type.name}/describe/layouts/012000000000000AAA` },
  };
  const whole: Described = {
    ...describeBriefly(type, root),
    actionOverrides: [],
    childRelationships: type.childRelationships.map(({ child, field, name }) => ({
      cascadeDelete: field.onDelete === 'cascade',
      childSObject: child.name,
      deprecatedAndHidden: false,
      field: field.name,
      junctionIdListNames: [],
      junctionReferenceTo: [],
      relationshipName: name ?? null,
      restrictedDelete: field.onDelete === 'restrict',
    })),
    compactLayoutable: type.can('createable'),
    defaultImplementation: null,
    extendedBy: null,
    extendsInterfaces: null,
    fields: type.fields.map((field) => describeField(type, field)),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: type.can('createable') ? [master] : [],
    searchLayoutable: type.can('searchable'),
    sobjectDescribeOption: 'FULL',
    supportedScopes: [{ label: `All ${type.spec.labelPlural}`, name: 'everything' }],
    ...type.spec.described,
  };
  return Object.fromEntries(Object.entries(whole).sort(([a], [b]) => (a < b ? -1 : 1)));
}
