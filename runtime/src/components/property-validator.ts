import { ConnectorError, type Json, type JsonSchema, type Properties, type Secret } from '@connector-runtime/core';
import { nearestName } from '@connector-runtime/core/authoring';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { SecretText } from '../services/secret-text.js';
import { type ConfigIssue, configInvalid, pointerSegment } from './config-issue.js';
import { type PlainCheck, plainCheck } from './plain-schema.js';

const SECRET_FORMAT = 'password';

type Redact = (text: string) => string;
const asItIs: Redact = (text) => text;

/** What properties are checked for. To describe documents a property may be missing that only a condition or a part of the schema (`then`, `else`, `allOf`) asks for. */
export type Purpose = 'run' | 'describe';

/** Properties that were checked: as the plugin sees them, and as plain JSON for a further check with a document's own laid over. */
export class CheckedProperties {
  // A true private field: secrets stand in it as text, and nothing that prints or copies the object may see them.
  readonly #plain: Readonly<Record<string, Json>>;

  constructor(
    readonly properties: Properties,
    plain: Readonly<Record<string, Json>>,
  ) {
    this.#plain = plain;
  }

  plain(): Readonly<Record<string, Json>> {
    return this.#plain;
  }
}

/**
 * Checks properties against one JSON Schema: all issues at once, defaults filled in, secrets wrapped, frozen.
 * One per schema; compiling waits until it is needed.
 */
export class PropertyValidator {
  private readonly secretNames: ReadonlySet<string>;
  private readonly dynamicNames: readonly string[];
  private ofDocuments: ValidateFunction | undefined;
  private readonly isPlainlyValid: PlainCheck | undefined;

  constructor(
    private readonly what: string,
    private readonly schema: JsonSchema,
    /** Where the schema was compiled ahead. */
    private whole?: ValidateFunction,
  ) {
    const properties = propertySchemas(schema);
    this.secretNames = new Set(
      Object.keys(properties).filter((name) => properties[name]?.['format'] === SECRET_FORMAT),
    );
    this.dynamicNames = Object.keys(properties).filter((name) => properties[name]?.['x-dynamic'] === true);
    this.isPlainlyValid = whole === undefined ? plainCheck(schema) : undefined;
  }

  /** Every issue of `input`, which is not changed. `redact` strikes secrets out of the values that issues show: one may stand where none belongs. */
  issues(input: Json, redact: Redact = asItIs, purpose: Purpose = 'run'): readonly ConfigIssue[] {
    return this.checked(input, redact, purpose).issues;
  }

  /** Throws `CONFIG_INVALID` with every issue. `input` is not changed. `redact` as for {@link issues}. */
  check(input: Json, redact: Redact = asItIs, purpose: Purpose = 'run'): CheckedProperties {
    const { plain, issues } = this.checked(input, redact, purpose);
    if (issues.length > 0) throw configInvalid(this.what, issues);
    return new CheckedProperties(this.wrap(plain), deepFreeze(plain));
  }

  /** Lays a document's own properties over the operation's. Only those marked `x-dynamic` may be there. Throws `CONFIG_INVALID`. */
  checkDynamic(base: CheckedProperties, own: Json): Properties {
    const known = propertySchemas(this.schema);
    const issues = this.issuesBy(this.documentValidator(), own).map((issue) =>
      issue.rule === 'additionalProperties' && Object.hasOwn(known, issue.path.slice(1))
        ? { ...issue, message: 'stands in the operation alone: no document sets it' }
        : issue,
    );
    if (issues.length > 0) throw configInvalid("the document's properties", issues);
    const merged = { ...structuredClone(base.plain()), ...(structuredClone(own) as Record<string, Json>) };
    const mergedIssues = this.issuesBy(this.wholeValidator(), merged);
    if (mergedIssues.length > 0) throw configInvalid("the document's properties, with the operation's", mergedIssues);
    return this.wrap(merged);
  }

  /** A copy of the input with its defaults. What is wrong with it, only ajv says. */
  private checked(
    input: Json,
    redact: Redact,
    purpose: Purpose,
  ): { readonly plain: Record<string, Json>; readonly issues: readonly ConfigIssue[] } {
    if (this.isPlainlyValid !== undefined) {
      const plain = structuredClone(input) as Record<string, Json>;
      if (this.isPlainlyValid(plain)) return { plain, issues: [] };
    }
    const plain = structuredClone(input) as Record<string, Json>;
    return { plain, issues: this.issuesBy(this.wholeValidator(), plain, redact, purpose) };
  }

  private wholeValidator(): ValidateFunction {
    this.whole ??= compile(this.what, this.schema);
    return this.whole;
  }

  /** Of what a document may bring. */
  private documentValidator(): ValidateFunction {
    if (this.ofDocuments === undefined) {
      const properties = propertySchemas(this.schema);
      const dynamic = this.dynamicNames.map((name) => [name, withoutDefault(properties[name] ?? {})]);
      const defs = this.schema['$defs'];
      this.ofDocuments = compile(this.what, {
        type: 'object',
        properties: Object.fromEntries(dynamic),
        additionalProperties: false,
        ...(defs === undefined ? {} : { $defs: defs }),
      });
    }
    return this.ofDocuments;
  }

  private issuesBy(
    validator: ValidateFunction,
    value: Json,
    redact: Redact = asItIs,
    purpose: Purpose = 'run',
  ): ConfigIssue[] {
    if (validator(value)) return [];
    const issues = (validator.errors ?? [])
      .filter((error) => error.keyword !== 'if' && !(purpose === 'describe' && isNeededToRun(error)))
      .map((error) => this.issueOf(error, redact));
    const seen = new Set<string>();
    return issues.filter((issue) => {
      const key = `${issue.path} ${issue.message}`;
      return seen.has(key) ? false : seen.add(key);
    });
  }

  private issueOf(error: ErrorObject, redact: Redact): ConfigIssue {
    const params = error.params as Record<string, unknown>;
    const rule = error.keyword;
    if (rule === 'required') {
      const name = String(params['missingProperty']);
      return { path: `${error.instancePath}/${pointerSegment(name)}`, rule, message: `is missing${reasonOf(error)}` };
    }
    if (rule === 'additionalProperties' || rule === 'unevaluatedProperties') {
      const name = String(params['additionalProperty'] ?? params['unevaluatedProperty']);
      const place = `${error.instancePath}/${pointerSegment(name)}`;
      const { properties = {}, patternProperties, description } = (error.parentSchema ?? {}) as JsonSchema;
      if (patternProperties !== undefined && typeof description === 'string')
        return { path: place, rule, message: `is not allowed: ${description}` };
      const nearest = nearestName(name, Object.keys(properties as object));
      const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
      return { path: place, rule, message: `is not a known property${hint}` };
    }
    return {
      path: error.instancePath,
      rule,
      message: `${ruleText(rule, params, error)}, got ${this.shown(error, redact)}${reasonOf(error)}`,
    };
  }

  private shown(error: ErrorObject, redact: Redact): string {
    const name = error.instancePath.split('/')[1] ?? '';
    const isSecret =
      this.secretNames.has(name) || (error.parentSchema as Record<string, unknown>)?.['format'] === SECRET_FORMAT;
    if (isSecret) return 'a value that is not shown';
    // Cut only after the striking out, lest half a secret escape it.
    const text = redact(JSON.stringify(error.data) ?? 'nothing');
    return text.length > 80 ? `${text.slice(0, 77)}...` : text;
  }

  private wrap(plain: Record<string, Json>): Properties {
    const wrapped: Record<string, Json | Secret> = structuredClone(plain);
    for (const name of this.secretNames) {
      const value = plain[name];
      if (typeof value === 'string') wrapped[name] = new SecretText(value);
    }
    return deepFreeze(wrapped);
  }
}

/** Is it a property that only a condition or a part of the schema asks for? */
function isNeededToRun({ keyword, instancePath, schemaPath }: ErrorObject): boolean {
  return keyword === 'required' && instancePath === '' && schemaPath !== '#/required';
}

/** Why a condition or a part of the schema asks for it, where its description says so. */
function reasonOf({ schemaPath, parentSchema }: ErrorObject): string {
  const reason: unknown = parentSchema?.['description'];
  return /^#\/(?:allOf|then|else)\//.test(schemaPath) && typeof reason === 'string' ? `: ${reason}` : '';
}

function ruleText(rule: string, params: Record<string, unknown>, error: ErrorObject): string {
  switch (rule) {
    case 'type':
      return `must be ${String(params['type'])}`;
    case 'enum':
      return `must be one of ${(params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`;
    case 'pattern':
      return `must match ${String(params['pattern'])}`;
    default:
      return error.message ?? `breaks the rule ${rule}`;
  }
}

/** How ajv checks properties and manifests. */
export const validatorOptions = {
  allErrors: true,
  strict: true,
  strictRequired: false,
  useDefaults: true,
  verbose: true,
  allowUnionTypes: true,
} as const;

/**
 * Compiles at the first use of a schema: it is most of what a cold start takes. For the same reason the code is not optimised, and the schema is not held against that of schemas:
 * strict mode finds what matters, and the conformance suite does the rest. Throws `PLUGIN_INVALID` (`contract`).
 */
function compile(what: string, schema: JsonSchema): ValidateFunction {
  const { Ajv2020 } = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  try {
    const ajv = new Ajv2020({ ...validatorOptions, meta: false, validateSchema: false, code: { optimize: false } });
    ajv.addKeyword({ keyword: 'x-dynamic', schemaType: 'boolean' });
    ajv.addFormat(SECRET_FORMAT, true);
    return ajv.compile(schema);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConnectorError(
      {
        category: 'contract',
        code: 'PLUGIN_INVALID',
        message: `the schema of ${what} does not compile: ${why}`,
        effect: 'none',
        retryable: false,
      },
      { cause: error },
    );
  }
}

/** One validator a schema object: manifests are long-lived, and compiling costs milliseconds. */
const validators = new WeakMap<JsonSchema, PropertyValidator>();

/** The validator of this very schema object. `what` opens its messages: "the connection's properties". */
export function validatorOf(what: string, schema: JsonSchema): PropertyValidator {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = new PropertyValidator(what, schema);
    validators.set(schema, validator);
  }
  return validator;
}

/** Does a value satisfy a schema? For the `when` of a descriptor's variants. */
export function satisfies(schema: JsonSchema, value: Json): boolean {
  let validate = conditions.get(schema);
  if (validate === undefined) {
    validate = plainCheck(schema) ?? compile('a variant', schema);
    conditions.set(schema, validate);
  }
  return validate(structuredClone(value));
}

const conditions = new WeakMap<JsonSchema, PlainCheck>();

function propertySchemas(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
}

function withoutDefault(schema: JsonSchema): JsonSchema {
  const { default: _, ...rest } = schema;
  return rest;
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null && !Object.isFrozen(part)) deepFreeze(part);
  }
  return Object.freeze(value);
}
