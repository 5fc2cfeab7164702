import type { JsonSchema } from '@connector-runtime/core';
import { pointerStep } from './json-pointer.js';

/** A schema within another, or the whole. */
export interface Subschema {
  readonly schema: JsonSchema;
  /** Where it stands: JSON Pointer from the whole. */
  readonly pointer: string;
  /** Where the values stand that it is about: JSON Pointer, `*` for those of a list or map. */
  readonly path: string;
  /** Only narrows what the schema around it allows. */
  readonly isCondition: boolean;
}

const BY_NAME = ['properties', 'patternProperties', '$defs', 'dependentSchemas'];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const SINGLE = ['items', 'additionalProperties', 'unevaluatedProperties', 'contains', 'if', 'then', 'else', 'not'];
const CONDITIONS = ['if', 'then', 'else', 'not', 'allOf', 'dependentSchemas', 'contains'];
const OF_PARTS = ['items', 'prefixItems', 'additionalProperties', 'unevaluatedProperties', 'patternProperties'];

/** The schema and all within it, outermost first. */
export function* subschemas(
  schema: JsonSchema,
  at: Pick<Subschema, 'pointer' | 'path' | 'isCondition'> = { pointer: '', path: '', isCondition: false },
): Generator<Subschema> {
  yield { schema, ...at };
  for (const [keyword, part] of Object.entries(schema)) {
    for (const [name, inner] of partsOf(keyword, part)) {
      if (!isSchema(inner)) continue;
      const step = OF_PARTS.includes(keyword) ? '/*' : keyword === 'properties' ? pointerStep(name ?? '') : '';
      yield* subschemas(inner, {
        pointer: `${at.pointer}/${keyword}${name === undefined ? '' : pointerStep(name)}`,
        path: `${at.path}${step}`,
        isCondition: at.isCondition || CONDITIONS.includes(keyword),
      });
    }
  }
}

/** Does the schema take values of this type, among others? */
export function takes({ type }: JsonSchema, name: string): boolean {
  return type === name || (Array.isArray(type) && type.includes(name));
}

function partsOf(keyword: string, part: unknown): readonly (readonly [name: string | undefined, part: unknown])[] {
  if (SINGLE.includes(keyword)) return [[undefined, part]];
  if (typeof part !== 'object' || part === null) return [];
  return BY_NAME.includes(keyword) || LISTS.includes(keyword) ? Object.entries(part) : [];
}

function isSchema(part: unknown): part is JsonSchema {
  return typeof part === 'object' && part !== null && !Array.isArray(part);
}
