import type { FieldSpec, ObjectSpec } from './object-spec.js';
import { SEED_EPOCH_MS } from './seeding.js';

/** A field of an object type, with its place in a stored row. */
export interface Field extends FieldSpec {
  readonly index: number;
  readonly label: string;
}

/** A list of child records, as the parent's describe names it. */
export interface ChildRelationship {
  readonly name: string | undefined;
  readonly child: ObjectType;
  readonly field: Field;
}

/** What every record has beside its own fields, before and after them. */
function systemFields(spec: ObjectSpec): { leading: FieldSpec[]; trailing: FieldSpec[] } {
  const owner: FieldSpec[] = spec.owners
    ? [
        {
          name: 'OwnerId',
          label: 'Owner ID',
          type: 'reference',
          to: spec.owners,
          relationship: 'Owner',
          required: true,
          default: null,
          seed: (row) => row.idOf('005', row.number(4)),
        },
      ]
    : [];
  const by = (name: string): FieldSpec => ({
    name: `${name}Id`,
    type: 'reference',
    to: ['User'],
    relationship: name,
    readOnly: true,
    required: true,
    default: null,
    seed: (row) => row.idOf('005', 0),
  });
  const at = (name: string, minutes: number): FieldSpec => ({
    name,
    type: 'datetime',
    readOnly: true,
    required: true,
    default: null,
    seed: (row) => SEED_EPOCH_MS + (row.position * 60 + minutes) * 60_000,
  });
  return {
    leading: [
      {
        name: 'Id',
        label: `${spec.label} ID`,
        type: 'id',
        readOnly: true,
        required: true,
        default: null,
        idLookup: true,
      },
      { name: 'IsDeleted', label: 'Deleted', type: 'boolean', readOnly: true, required: true, default: false },
    ],
    trailing: [
      ...owner,
      at('CreatedDate', 0),
      by('CreatedBy'),
      at('LastModifiedDate', 5),
      by('LastModifiedBy'),
      { ...at('SystemModstamp', 5), label: 'System Modstamp' },
    ],
  };
}

/** `NumberOfEmployees` and `External_Id__c` as a person would write them. */
function labelOf(name: string): string {
  const plain = name.replace(/__c$/, '').replaceAll('_', ' ');
  return plain.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/ Id$/, ' ID');
}

/** An object type with all its fields; names are looked up in any case. */
export class ObjectType {
  readonly name: string;
  readonly fields: readonly Field[];
  /** Filled by the schema once every type is known. */
  readonly childRelationships: ChildRelationship[] = [];
  readonly #byName = new Map<string, Field>();
  readonly #byRelationship = new Map<string, Field>();

  constructor(readonly spec: ObjectSpec) {
    this.name = spec.name;
    const { leading, trailing } = systemFields(spec);
    this.fields = [...leading, ...spec.fields, ...trailing].map((field, index) => ({
      ...field,
      ...(field.type === 'boolean' && { default: field.default ?? false }),
      index,
      label: field.label ?? labelOf(field.name),
    }));
    for (const field of this.fields) {
      this.#byName.set(field.name.toLowerCase(), field);
      if (field.relationship !== undefined) this.#byRelationship.set(field.relationship.toLowerCase(), field);
    }
  }

  get isCustom(): boolean {
    return this.name.endsWith('__c');
  }

  /** A flag of the describe: `createable`, `updateable`, `deletable`, `queryable`, `searchable`. */
  can(flag: keyof NonNullable<ObjectSpec['flags']>): boolean {
    return this.spec.flags?.[flag] ?? true;
  }

  field(name: string): Field | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** A field that the expansion or the spec surely has. */
  required(name: string): Field {
    const field = this.field(name);
    if (field === undefined) throw new TypeError(`${this.name} has no field ${name}`);
    return field;
  }

  /** The lookup behind the name that a parent has in paths (`Owner`, `Account__r`). */
  lookup(relationship: string): Field | undefined {
    return this.#byRelationship.get(relationship.toLowerCase());
  }

  children(relationship: string): ChildRelationship | undefined {
    return this.childRelationships.find((child) => child.name?.toLowerCase() === relationship.toLowerCase());
  }
}

/** The object types of an org, linked to each other. */
export class Schema {
  readonly #types = new Map<string, ObjectType>();

  /** Adds object types and links them to their parents, which are there already or among them. Gives the new ones, in alphabetical order. */
  add(specs: readonly ObjectSpec[]): readonly ObjectType[] {
    const added = specs.map((spec) => new ObjectType(spec)).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const type of added) this.#types.set(type.name.toLowerCase(), type);
    for (const child of added) {
      for (const field of child.fields) {
        for (const parent of field.to ?? []) {
          this.type(parent)?.childRelationships.push({ name: field.children, child, field });
        }
      }
    }
    return added;
  }

  /** In alphabetical order, as the list of objects shows them. */
  all(): ObjectType[] {
    return [...this.#types.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  type(name: string): ObjectType | undefined {
    return this.#types.get(name.toLowerCase());
  }

  typeOfKeyPrefix(prefix: string): ObjectType | undefined {
    return [...this.#types.values()].find((type) => type.spec.keyPrefix === prefix);
  }
}
