import type { ConnectorManifest, JsonSchema } from '@connector-runtime/core';
import { requiredNames } from '../components/required-names.js';
import { formatTable } from './table.js';

/** A manifest for people: the operations, and every property with its type, default and description. */
export function manifestText({ id, title, version, connection, operations }: ConnectorManifest): string {
  const rows = operations.map((operation) => [operation.id, operation.title, operation.effect, operation.repeat]);
  const parts = [
    `${title} ${version} (${id})\n`,
    formatTable(['operation', 'title', 'effect', 'repeat'], rows),
    `connection\n${propertiesText(connection.properties)}`,
    ...operations.map((operation) => `${operation.id}\n${propertiesText(operation.properties)}`),
  ];
  return parts.join('\n');
}

function propertiesText(schema: JsonSchema): string {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const required = requiredNames(schema);
  if (Object.keys(properties).length === 0) return '  no properties\n';
  return Object.entries(properties)
    .map(([name, property]) => `  ${name}: ${traitsOf(property, required.has(name)).join(', ')}\n${wordsOf(property)}`)
    .join('');
}

function traitsOf(property: JsonSchema, isRequired: boolean): string[] {
  const type = property['format'] === 'password' ? 'secret' : (property['type'] ?? 'JSON');
  const traits = [[type].flat().map(String).join(' or ')];
  if (Array.isArray(property['enum'])) traits[0] = `one of ${property['enum'].map(String).join(', ')}`;
  if (isRequired) traits.push('required');
  if (property['default'] !== undefined) traits.push(`default ${JSON.stringify(property['default'])}`);
  if (property['x-dynamic'] === true) traits.push('each document may override it');
  return traits;
}

function wordsOf(property: JsonSchema): string {
  const words = property['description'] ?? property['title'];
  return typeof words === 'string' ? `      ${words}\n` : '';
}
