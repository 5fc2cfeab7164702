import type { Json } from '@connector-runtime/core';

type Members = { readonly [member: string]: Json };

/** A field of a describe, as the service writes it; what is not given is as most fields have it. */
export function field(name: string, type: string, more: Members = {}): Members {
  return {
    name,
    label: `Label of ${name}`,
    type,
    createable: true,
    updateable: true,
    nillable: true,
    filterable: true,
    sortable: true,
    ...more,
  };
}

function lookup(name: string, relationshipName: string | null, referenceTo: readonly string[], more: Members = {}) {
  return field(name, 'reference', { relationshipName, referenceTo, ...more });
}

const readOnly = { createable: false, updateable: false };

/** A field of every type that the service has, by its name. */
export const TYPED_FIELDS: readonly Members[] = [
  field('String', 'string', { length: 80 }),
  field('TextArea', 'textarea', { length: 32_000, inlineHelpText: 'Say <more>' }),
  field('Picklist', 'picklist', {
    length: 40,
    restrictedPicklist: true,
    picklistValues: ['a', 'b', 'c'].map((value) => ({ value, active: value !== 'b' })),
  }),
  field('Multipicklist', 'multipicklist', { length: 4099, picklistValues: [{ value: 'x' }, { value: 'y' }] }),
  field('Combobox', 'combobox', { length: 255 }),
  field('Email', 'email', { length: 80 }),
  field('Phone', 'phone', { length: 40 }),
  field('Url', 'url', { length: 255 }),
  field('Encrypted', 'encryptedstring', { length: 175 }),
  field('Reference', 'reference', { length: 18 }),
  field('Boolean', 'boolean'),
  field('Int', 'int', { digits: 8 }),
  field('Long', 'long', { digits: 18 }),
  field('Double', 'double', { precision: 18, scale: 15 }),
  field('Currency', 'currency', { precision: 18, scale: 0 }),
  field('Percent', 'percent', { precision: 5, scale: 2 }),
  field('Date', 'date'),
  field('Datetime', 'datetime'),
  field('Time', 'time'),
  field('Base64', 'base64'),
  field('Address', 'address', readOnly),
  field('Location', 'location', readOnly),
  field('Complex', 'complexvalue', readOnly),
  field('Any', 'anyType', readOnly),
];

const thing = (name: string, fields: readonly Members[], more: Members = {}): Members => ({
  name,
  label: `A ${name}`,
  queryable: true,
  createable: true,
  updateable: true,
  deletable: true,
  fields: [field('Id', 'id', { ...readOnly, nillable: false, idLookup: true }), ...fields],
  childRelationships: [],
  ...more,
});

/** Objects that are related in every way; in the order in which the service lists them. */
export const THINGS: readonly Members[] = [
  thing(
    'Thing',
    [
      field('Name', 'string', { nillable: false, length: 80 }),
      field('Made', 'datetime', readOnly),
      field('Once', 'string', { updateable: false }),
      field('Later', 'string', { createable: false }),
      field('Key', 'string', { externalId: true, idLookup: true, updateable: false }),
      field('Defaulted', 'string', { nillable: false, defaultedOnCreate: true }),
      lookup('UpId', 'Up', ['Thing']),
      lookup('WhoId', 'Who', ['Person', 'Robot']),
      lookup('AnyoneId', 'Anyone', ['A', 'B', 'C', 'D', 'E', 'F', 'G']),
      lookup('LostId', null, ['Person']),
      field('NoLookupId', 'reference', { relationshipName: 'NoLookup', referenceTo: [] }),
    ],
    {
      childRelationships: [
        { relationshipName: 'Parts', childSObject: 'Part' },
        { relationshipName: 'Robots', childSObject: 'Robot' },
        { relationshipName: null, childSObject: 'Person' },
        { relationshipName: 'Nothings', childSObject: null },
      ],
    },
  ),
  thing('Typed', TYPED_FIELDS),
  thing('Person', [field('Email', 'email', { externalId: true, idLookup: true })]),
  thing('Robot', [field('Serial', 'string')], { createable: false }),
  thing(
    'Part',
    [field('Label', 'string', { nillable: false }), lookup('ThingId', 'Thing', ['Thing'], { nillable: false })],
    {
      childRelationships: [{ relationshipName: 'Screws', childSObject: 'Screw' }],
    },
  ),
  thing('Screw', [lookup('PartId', 'Part', ['Part'], { nillable: false })]),
  thing('Unqueryable', [], { queryable: false }),
  thing('Unmade', [], { createable: false }),
  thing('Unchanging', [], { updateable: false }),
  thing('Undying', [], { deletable: false }),
];
