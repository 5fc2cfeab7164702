import type { JsonSchema } from '@connector-runtime/core';

/** The properties without which nothing runs: those that a schema requires, and those that a part of it (`allOf`) does without a condition. */
export function requiredNames(schema: JsonSchema): ReadonlySet<string> {
  const parts = [schema, ...((schema['allOf'] ?? []) as readonly JsonSchema[])];
  return new Set(parts.flatMap((part) => (part['required'] ?? []) as readonly string[]));
}
