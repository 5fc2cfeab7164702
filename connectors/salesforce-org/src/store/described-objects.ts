import { type DescribeFile, isObject } from './describe-files.js';
import { type DescribedChildren, fieldOfDescribe } from './described-field.js';
import { customKeyPrefixes } from './ids.js';
import type { FieldSpec, ObjectSpec } from './object-spec.js';

/** Every object type of an org has these by itself. */
const SYSTEM_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'isdeleted',
  'ownerid',
  'createddate',
  'createdbyid',
  'lastmodifieddate',
  'lastmodifiedbyid',
  'systemmodstamp',
]);
const FLAGS = ['createable', 'updateable', 'deletable', 'queryable', 'searchable'] as const;

/**
 * Adds what describes tell: new object types, and to those that there are the fields that they lack. Key prefixes are those of the files
 * where they are free. A child relationship whose child is not there, and a target of a lookup to several objects that is not there, are
 * left out. Throws an `Error` that names file and field, for a field type that this org has not and for a lookup that points nowhere.
 */
export function withDescribes(specs: readonly ObjectSpec[], files: readonly DescribeFile[]): ObjectSpec[] {
  const known = new Map(specs.map((spec) => [spec.name.toLowerCase(), spec]));
  const names = new Map([...specs, ...files].map(({ name }) => [name.toLowerCase(), name]));
  const children = childrenOf(files);
  const objectNamed = (name: string): string | undefined => names.get(name.toLowerCase());
  const prefixes = new Prefixes(specs, files);
  for (const source of files) {
    const { name, describe } = source;
    const existing = known.get(name.toLowerCase());
    const spec = existing ?? newObject(source, prefixes.take(source));
    const has = new Set(spec.fields.map((field) => field.name.toLowerCase()));
    const added = source.fields
      .filter((entry) => !SYSTEM_FIELDS.has(entry.name.toLowerCase()) && !has.has(entry.name.toLowerCase()))
      .map((entry): FieldSpec => {
        try {
          const list = children.get(`${name}.${entry.name}`.toLowerCase());
          return fieldOfDescribe(entry, { siblings: source.fields, objectNamed, children: list });
        } catch (error) {
          throw new Error(`${source.file}: field ${entry.name}: ${(error as Error).message}`, { cause: error });
        }
      });
    const owners = spec.owners ?? ownersOf(source, objectNamed);
    known.set(name.toLowerCase(), {
      ...spec,
      fields: [...spec.fields, ...added],
      ...(owners && { owners }),
      ...(existing === undefined && { described: flagsOf(describe) }),
    });
  }
  return [...known.values()];
}

function newObject({ name, describe }: DescribeFile, keyPrefix: string | null): ObjectSpec {
  const { label, labelPlural } = describe;
  return {
    name,
    label: typeof label === 'string' ? label : name,
    labelPlural: typeof labelPlural === 'string' ? labelPlural : `${name}s`,
    keyPrefix,
    flags: Object.fromEntries(FLAGS.map((flag) => [flag, describe[flag] !== false])),
    fields: [],
  };
}

/** The members of a describe that say yes or no of the whole object. */
function flagsOf(describe: DescribeFile['describe']): Readonly<Record<string, boolean>> {
  const flags = Object.entries(describe).filter(
    (member): member is [string, boolean] => typeof member[1] === 'boolean',
  );
  return Object.fromEntries(flags);
}

function ownersOf({ fields }: DescribeFile, objectNamed: (name: string) => string | undefined): string[] | undefined {
  const targets = fields.find(({ name }) => name === 'OwnerId')?.['referenceTo'];
  const owners = Array.isArray(targets) ? targets.map(String).map(objectNamed) : [];
  const found = owners.filter((owner) => owner !== undefined);
  return found.length > 0 ? found : undefined;
}

/** The lists on the parents, by `Child.Field` in lower case: only the parent's describe knows their names. */
function childrenOf(files: readonly DescribeFile[]): Map<string, DescribedChildren> {
  const lists = new Map<string, DescribedChildren>();
  for (const { describe } of files) {
    const { childRelationships: entries } = describe;
    for (const entry of Array.isArray(entries) ? entries.filter(isObject) : []) {
      const { childSObject, field, relationshipName: name, cascadeDelete, restrictedDelete } = entry;
      lists.set(`${String(childSObject)}.${String(field)}`.toLowerCase(), {
        name: typeof name === 'string' ? name : undefined,
        onDelete: cascadeDelete === true ? 'cascade' : restrictedDelete === true ? 'restrict' : undefined,
      });
    }
  }
  return lists;
}

/** Key prefixes that are still free. */
class Prefixes {
  readonly #taken: Set<string>;
  readonly #wanted: ReadonlySet<unknown>;

  constructor(specs: readonly ObjectSpec[], files: readonly DescribeFile[]) {
    this.#taken = new Set(specs.map(({ keyPrefix }) => keyPrefix).filter((prefix) => prefix !== null));
    this.#wanted = new Set(files.map(({ describe }) => describe['keyPrefix']));
  }

  /** That of the file, or the next of a00, a01, … where another object has it. None for an object that takes no records. */
  take({ file, describe }: DescribeFile): string | null {
    const { keyPrefix } = describe;
    if (keyPrefix === null && describe['createable'] === false) return null;
    if (typeof keyPrefix === 'string' && !/^[0-9A-Za-z]{3}$/.test(keyPrefix))
      throw new Error(`${file}: "keyPrefix" must be three letters or digits, got ${JSON.stringify(keyPrefix)}`);
    const own = typeof keyPrefix === 'string' && !this.#taken.has(keyPrefix) ? keyPrefix : this.#free();
    this.#taken.add(own);
    return own;
  }

  #free(): string {
    for (const prefix of customKeyPrefixes()) if (!this.#taken.has(prefix) && !this.#wanted.has(prefix)) return prefix;
    throw new Error('no key prefix is left for custom objects');
  }
}
