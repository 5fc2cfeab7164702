import type { Json, JsonSchema, OperationDescriptor } from '@connector-runtime/core';

/** Is the media type one of these? `*` and `text/*` stand for many; parameters do not count. */
export function accepts(accepted: readonly string[], mediaType: string): boolean {
  if (accepted.includes(mediaType)) return true;
  const plain = mediaType.split(';')[0]?.trim().toLowerCase() ?? '';
  return accepted.some(
    (type) => type === plain || type === '*/*' || (type.endsWith('/*') && plain.startsWith(type.slice(0, -1))),
  );
}

/** Says that an operation does not take the media type, what it takes instead, and with which properties it would take it, if a variant names them one by one. */
export function notAccepted({ id, accepts: own, variants = [] }: OperationDescriptor, mediaType: string): string {
  const taken = `media type ${mediaType} is not accepted; ${id} takes ${own.join(', ') || 'no documents'}`;
  for (const { accepts: others, when } of variants) {
    const values = others !== undefined && accepts(others, mediaType) ? namedValues(when) : [];
    if (values.length > 0) return `${taken}; with ${values.join(', ')} it takes it`;
  }
  return taken;
}

/** `name "value"` for each property that the schema wants; none where it says anything else. */
function namedValues({ type, required, properties, ...others }: JsonSchema): readonly string[] {
  if (type !== 'object' || !isObject(properties) || !Array.isArray(required) || Object.keys(others).length > 0)
    return [];
  const names = Object.keys(properties);
  const values = names.flatMap((name) => {
    const schema = properties[name];
    const isValue = isObject(schema) && Object.keys(schema).length === 1 && 'const' in schema;
    return isValue && required.includes(name) ? [`${name} ${JSON.stringify(schema['const'])}`] : [];
  });
  return values.length === names.length ? values : [];
}

function isObject(value: Json | undefined): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
