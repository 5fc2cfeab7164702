import type { Json, JsonSchema } from '@connector-runtime/core';

/** Does a value satisfy the schema? Fills in defaults, like ajv: where it says no, it may have filled in some. */
export type PlainCheck = (value: Json) => boolean;

/** What is known of the place where a schema stands. */
interface Place {
  /** Of the whole document: what `$ref` leads to. */
  readonly definitions: Readonly<Record<string, unknown>>;
  readonly references: Map<string, PlainCheck>;
  /** Types that the value has here, by the schemas around; empty where nothing is said. */
  readonly types: readonly string[];
  /** May defaults stand in it, or further in? Not below a choice. */
  readonly takesDefaults: boolean;
  /** Is it a member's own, the only place where a default means anything? */
  readonly isMember: boolean;
}

/** A schema is not plain. */
class NotPlain extends Error {}

const ANNOTATIONS = new Set([
  '$comment',
  '$defs',
  'default',
  'deprecated',
  'description',
  'examples',
  'readOnly',
  'title',
  'type',
  'writeOnly',
]);
const TYPES: Readonly<Record<string, (value: Json) => boolean>> = {
  array: Array.isArray,
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  null: (value) => value === null,
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  object: isObject,
  string: (value) => typeof value === 'string',
};
/** The keywords that concern values of one type only. */
const TYPE_OF: Readonly<Record<string, string>> = {
  additionalProperties: 'object',
  format: 'string',
  items: 'array',
  maxItems: 'array',
  maxLength: 'string',
  maxProperties: 'object',
  maximum: 'number',
  minItems: 'array',
  minLength: 'string',
  minProperties: 'object',
  minimum: 'number',
  pattern: 'string',
  patternProperties: 'object',
  properties: 'object',
  required: 'object',
};

/**
 * The check of a schema that uses only the common keywords, in a way that ajv's strict mode finds no fault with: decided as ajv decides it, without its modules and its compiling, which are a fifth of a cold start.
 * `undefined` for every other schema: that is ajv's.
 */
export function plainCheck(schema: JsonSchema): PlainCheck | undefined {
  const definitions = schema['$defs'];
  try {
    return checkOf(schema, {
      definitions: isRecord(definitions) ? definitions : {},
      references: new Map(),
      types: [],
      takesDefaults: true,
      isMember: false,
    });
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

function checkOf(schema: unknown, place: Place): PlainCheck {
  if (!isRecord(schema)) throw new NotPlain();
  const types = typesOf(schema, place);
  const here = { ...place, types, isMember: false };
  // In the order of ajv: a choice does not see the defaults beside it.
  const checks = [...scalarChecks(schema), ...choiceChecks(schema, here), ...typedChecks(schema, here)];
  if (schema['type'] === undefined) return (value) => checks.every((check) => check(value));
  const isOfType = types.flatMap((type) => TYPES[type] ?? []);
  return (value) => isOfType.some((test) => test(value)) && checks.every((check) => check(value));
}

/** Refuses keywords that are not known here, or not allowed for these types. */
function typesOf(
  schema: Readonly<Record<string, unknown>>,
  { types: around, takesDefaults, isMember }: Place,
): readonly string[] {
  const { type } = schema;
  const own: readonly unknown[] = type === undefined ? around : Array.isArray(type) ? type : [type];
  demand(own.every((name) => typeof name === 'string' && Object.hasOwn(TYPES, name)));
  const isNarrower = around.length === 0 || own.every((name) => around.some((other) => other === name));
  demand(type === undefined || (own.length > 0 && isNarrower));
  demand((takesDefaults && isMember) || !('default' in schema));
  const types = own as readonly string[];
  for (const keyword of Object.keys(schema)) {
    const needed = TYPE_OF[keyword];
    if (needed === undefined) demand(ANNOTATIONS.has(keyword) || isChecked(keyword, schema[keyword]));
    else demand(types.includes(needed) || (needed === 'number' && types.includes('integer')));
  }
  return types;
}

function isChecked(keyword: string, value: unknown): boolean {
  if (keyword === 'x-dynamic') return typeof value === 'boolean';
  return ['$ref', 'allOf', 'anyOf', 'const', 'else', 'enum', 'if', 'then'].includes(keyword);
}

function* scalarChecks(schema: Readonly<Record<string, unknown>>): Generator<PlainCheck> {
  if ('const' in schema) {
    const wanted = schema['const'];
    demand(isScalar(wanted));
    yield (value) => value === wanted;
  }
  if ('enum' in schema) {
    const wanted = schema['enum'];
    if (!Array.isArray(wanted) || wanted.length === 0 || !wanted.every(isScalar)) throw new NotPlain();
    yield (value) => wanted.includes(value);
  }
}

function* choiceChecks(schema: Readonly<Record<string, unknown>>, here: Place): Generator<PlainCheck> {
  const below = { ...here, takesDefaults: false };
  if ('$ref' in schema) yield referenced(schema['$ref'], here);
  if ('allOf' in schema) {
    const checks = listed(schema['allOf']).map((part) => checkOf(part, below));
    yield (value) => checks.every((check) => check(value));
  }
  if ('anyOf' in schema) {
    const checks = listed(schema['anyOf']).map((part) => checkOf(part, below));
    yield (value) => checks.some((check) => check(value));
  }
  const isChoice = 'then' in schema || 'else' in schema;
  demand('if' in schema === isChoice);
  if (!isChoice) return;
  const condition = checkOf(schema['if'], below);
  const onTrue = 'then' in schema ? checkOf(schema['then'], below) : () => true;
  const onFalse = 'else' in schema ? checkOf(schema['else'], below) : () => true;
  yield (value) => (condition(value) ? onTrue(value) : onFalse(value));
}

/** Of `#/$defs/…`, which may lead to itself. */
function referenced(reference: unknown, { definitions, references, types }: Place): PlainCheck {
  const name = typeof reference === 'string' ? /^#\/\$defs\/(\w+)$/.exec(reference)?.[1] : undefined;
  if (name === undefined || !Object.hasOwn(definitions, name) || types.length > 0) throw new NotPlain();
  if (!references.has(name)) {
    references.set(name, () => false);
    const check = checkOf(definitions[name], {
      definitions,
      references,
      types: [],
      takesDefaults: false,
      isMember: false,
    });
    references.set(name, check);
  }
  return (value) => references.get(name)?.(value) === true;
}

function* typedChecks(schema: Readonly<Record<string, unknown>>, here: Place): Generator<PlainCheck> {
  const limit = (keyword: string) => {
    const value = schema[keyword];
    if (typeof value !== 'number') throw new NotPlain();
    return value;
  };
  const sizes: Readonly<Record<string, (value: Json) => number | undefined>> = {
    Length: (value) => (typeof value === 'string' ? Array.from(value).length : undefined),
    Items: (value) => (Array.isArray(value) ? value.length : undefined),
    Properties: (value) => (isObject(value) ? Object.keys(value).length : undefined),
    imum: (value) => (typeof value === 'number' ? value : undefined),
  };
  for (const [what, sizeOf] of Object.entries(sizes)) {
    const [least, most] = [`min${what}`, `max${what}`];
    if (!(least in schema || most in schema)) continue;
    const from = least in schema ? limit(least) : Number.NEGATIVE_INFINITY;
    const to = most in schema ? limit(most) : Number.POSITIVE_INFINITY;
    yield (value) => {
      const size = sizeOf(value);
      return size === undefined || (size >= from && size <= to);
    };
  }
  // Says nothing of a value: it marks a secret.
  if ('format' in schema) demand(schema['format'] === 'password');
  if ('pattern' in schema) {
    const pattern = expressionOf(schema['pattern']);
    yield (value) => typeof value !== 'string' || pattern.test(value);
  }
  if ('items' in schema) {
    const check = checkOf(schema['items'], { ...here, types: [] });
    yield (value) => !Array.isArray(value) || value.every(check);
  }
  yield* memberChecks(schema, here);
}

function* memberChecks(schema: Readonly<Record<string, unknown>>, here: Place): Generator<PlainCheck> {
  const inside = { ...here, types: [] };
  const members = Object.entries(recordIn(schema, 'properties'));
  const patterns = Object.entries(recordIn(schema, 'patternProperties'));
  // A name that matches both is a fault to ajv; names of every object are there without being there.
  demand(members.length === 0 || patterns.length === 0);
  demand(members.every(([name]) => !(name in {})));
  const defaults = members.flatMap(([name, member]) =>
    isRecord(member) && member['default'] !== undefined ? [[name, member['default'] as Json] as const] : [],
  );
  const known = new Map(members.map(([name, member]) => [name, checkOf(member, { ...inside, isMember: true })]));
  const matching = patterns.map(([pattern, member]) => [expressionOf(pattern), checkOf(member, inside)] as const);
  if (defaults.length > 0)
    yield (value) => {
      if (isObject(value)) fillIn(value, defaults);
      return true;
    };
  const required = 'required' in schema ? listed(schema['required'], 0) : [];
  demand(required.every((name) => typeof name === 'string' && !(name in {})));
  if (required.length > 0)
    yield (value) => !isObject(value) || required.every((name) => value[String(name)] !== undefined);
  const isOpen = !('additionalProperties' in schema);
  demand(isOpen || schema['additionalProperties'] === false);
  if (known.size === 0 && matching.length === 0 && isOpen) return;
  yield (value) => {
    if (!isObject(value)) return true;
    for (const name in value) {
      const member = value[name];
      const check = known.get(name);
      let isKnown = check !== undefined;
      if (check !== undefined && member !== undefined && !check(member)) return false;
      for (const [pattern, matched] of matching) {
        if (!pattern.test(name)) continue;
        isKnown = true;
        if (!matched(member as Json)) return false;
      }
      if (!isKnown && !isOpen) return false;
    }
    return true;
  };
}

function fillIn(members: Record<string, Json>, defaults: readonly (readonly [string, Json])[]): void {
  for (const [name, fallback] of defaults) if (members[name] === undefined) members[name] = structuredClone(fallback);
}

function demand(holds: boolean): void {
  if (!holds) throw new NotPlain();
}

function expressionOf(pattern: unknown): RegExp {
  if (typeof pattern !== 'string') throw new NotPlain();
  try {
    return new RegExp(pattern, 'u');
  } catch {
    throw new NotPlain();
  }
}

function listed(value: unknown, least = 1): readonly unknown[] {
  if (!Array.isArray(value) || value.length < least) throw new NotPlain();
  return value;
}

function recordIn(schema: Readonly<Record<string, unknown>>, keyword: string): Readonly<Record<string, unknown>> {
  if (!(keyword in schema)) return {};
  const value = schema[keyword];
  if (!isRecord(value)) throw new NotPlain();
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
