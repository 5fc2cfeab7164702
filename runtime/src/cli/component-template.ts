import type { ConnectorManifest, Json, JsonSchema, OperationDescriptor } from '@connector-runtime/core';
import { pointerSegment } from '../components/config-issue.js';
import { validatorOf } from '../components/property-validator.js';
import { requiredNames } from '../components/required-names.js';

/** A commented component to start from: required properties with a place to fill in, the others as comments that hold once their slashes are gone. */
export function componentTemplate(manifest: ConnectorManifest, descriptor: OperationDescriptor | undefined): string {
  if (descriptor === undefined) {
    const body = propertyLines(manifest.connection.properties, manifest.id);
    return `// Connection to ${manifest.title}.\n{\n  "plugin": ${JSON.stringify(manifest.id)},\n  "configVersion": ${manifest.configVersion},\n  "properties": {\n${body}  }\n}\n`;
  }
  const objectType =
    descriptor.objectType === 'required'
      ? '  // What to work on; `connector browse` lists them.\n  "objectType": "",\n'
      : '';
  const body = propertyLines(descriptor.properties, manifest.id);
  return `// ${descriptor.title}.\n{\n  // The connection's file, relative to this one; or name it on the command line.\n  // "connection": "connection.json",\n  "operation": ${JSON.stringify(descriptor.id)},\n${objectType}  "properties": {\n${body}  }\n}\n`;
}

function propertyLines(schema: JsonSchema, pluginId: string): string {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const required = requiredNames(schema);
  const names = Object.keys(properties).sort((a, b) => Number(required.has(b)) - Number(required.has(a)));
  let text = '';
  for (const name of names) {
    const property = properties[name] ?? {};
    for (const line of commentsOf(property)) text += `    // ${line}\n`;
    const value = startValue(name, property, schema, pluginId);
    const entry = `${JSON.stringify(name)}: ${value === undefined ? '…' : JSON.stringify(value)},`;
    text += required.has(name) ? `    ${entry}\n` : `    // ${entry}\n`;
  }
  return text;
}

function commentsOf(property: JsonSchema): string[] {
  const lines = [property['title'], property['description']].filter((text): text is string => typeof text === 'string');
  if (Array.isArray(property['enum'])) lines.push(`One of: ${property['enum'].map(String).join(', ')}`);
  if (property['default'] !== undefined) lines.push(`Default: ${JSON.stringify(property['default'])}`);
  if (property['x-dynamic'] === true) lines.push('Each document may override it.');
  return lines;
}

/** What people can begin with; undefined where only they know what it looks like. */
function startValue(name: string, property: JsonSchema, schema: JsonSchema, pluginId: string): Json | undefined {
  if (property['format'] === 'password') {
    const words = `${pluginId}-${name.replace(/[A-Z]/g, (letter) => `-${letter}`)}`;
    return { $secret: `env:${words.replaceAll('-', '_').toUpperCase()}` };
  }
  if (property['default'] !== undefined) return property['default'];
  if (Array.isArray(property['enum'])) return property['enum'][0] as Json;
  if (Array.isArray(property['examples'])) return property['examples'][0] as Json;
  switch (property['type']) {
    case 'string':
      return '';
    case 'integer':
    case 'number':
      return (property['minimum'] as number | undefined) ?? 0;
    case 'boolean':
      return false;
    case 'array':
      return [[], ['']].find((list) => holds(name, schema, list));
    default:
      return holds(name, schema, {}) ? {} : undefined;
  }
}

/** Has the schema nothing against this value of a property? */
function holds(name: string, schema: JsonSchema, value: Json): boolean {
  const issues = validatorOf('a template', schema).issues({ [name]: value });
  return !issues.some(({ path }) => `${path}/`.startsWith(`/${pointerSegment(name)}/`));
}
