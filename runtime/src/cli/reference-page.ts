import type { ConnectorManifest, JsonSchema, OperationDescriptor } from '@connector-runtime/core';
import { requiredNames } from '../components/required-names.js';

/** Markdown about a plugin, made from its manifest: the connection, then each operation with its variants and properties. */
export function referencePage({ id, version, title, connection, operations, egress }: ConnectorManifest): string {
  const hosts =
    egress === 'own' ? 'The plugin has sockets of its own.' : `It may reach: ${egress.map(code).join(', ')}.`;
  return [
    `# ${title}`,
    '',
    `Plugin ${code(id)} ${version}. ${hosts} This page is written by ${code(`connector describe ${id} --reference`)}.`,
    '',
    '## Connection',
    '',
    ...propertyTable(connection.properties),
    ...operations.flatMap(operationLines),
  ].join('\n');
}

function operationLines(operation: OperationDescriptor): readonly string[] {
  const { id, title, effect, repeat, objectType, variants = [], properties, limits } = operation;
  const facts = [
    `Effect: ${effect}; repeat: ${repeat}.`,
    objectType === 'none' ? 'Works without an object type.' : `Object type: ${objectType}.`,
    `Documents of up to ${size(limits.maxDocumentBytes)}, requests under way at once: ${limits.maxInFlight} at the most.`,
    formatsOf(operation),
  ];
  return [
    `## ${title} (${code(id)})`,
    '',
    facts.join(' '),
    '',
    ...(variants.length === 0
      ? []
      : [
          '| variant | where | differs in |',
          '| --- | --- | --- |',
          ...variants.map(
            ({ id: name, when, ...changes }) => `| ${code(name)} | ${conditionOf(when)} | ${changed(changes)} |`,
          ),
          '',
        ]),
    ...propertyTable(properties),
  ];
}

function formatsOf({ accepts, emits, resumable, reconciles }: Partial<OperationDescriptor>): string {
  return [
    ...(accepts === undefined ? [] : [`Takes ${accepts.map(code).join(', ')}.`]),
    ...(emits === undefined ? [] : [`Gives ${emits.map(code).join(', ')}.`]),
    ...(resumable === true ? ['Goes on from a checkpoint.'] : []),
    ...(reconciles === true ? ['Can be settled afterwards.'] : []),
  ].join(' ');
}

function changed(changes: Partial<OperationDescriptor>): string {
  const { repeat, batch, order, limits } = changes;
  const parts = [
    formatsOf(changes),
    ...(repeat === undefined ? [] : [`repeat: ${repeat}.`]),
    ...(batch === undefined ? [] : [`Up to ${batch.maxDocuments} documents a request.`]),
    ...(order === 'any' ? ['Results come in any order.'] : []),
    ...(limits === undefined ? [] : [`Documents of up to ${size(limits.maxDocumentBytes)}.`]),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** A condition as people say it: `operationApi` is `BulkAPI2.0`. What is more than that is shown as it is. */
function conditionOf(when: JsonSchema): string {
  const properties = Object.entries((when['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>);
  const isPlain = Object.keys(when).every((key) => ['type', 'required', 'properties'].includes(key));
  if (!isPlain || properties.length === 0) return cell(code(JSON.stringify(when)));
  return properties.map(([name, schema]) => `${code(name)} ${valueCondition(schema)}`).join(' and ');
}

function valueCondition(schema: JsonSchema): string {
  if ('const' in schema) return `is ${code(plain(schema['const']))}`;
  if (Array.isArray(schema['enum']))
    return `is one of ${schema['enum'].map((value) => code(String(value))).join(', ')}`;
  return `satisfies ${cell(code(JSON.stringify(schema)))}`;
}

function propertyTable(schema: JsonSchema): readonly string[] {
  const required = requiredNames(schema);
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>);
  if (properties.length === 0) return ['It has no properties.', ''];
  return [
    '| property | type | default | what it is |',
    '| --- | --- | --- | --- |',
    ...properties.map(([name, property]) => {
      const marks = [
        ...(required.has(name) ? ['required'] : []),
        ...(property['x-dynamic'] === true ? ['each document may set it'] : []),
        ...(property['format'] === 'password' ? ['secret'] : []),
      ];
      const about = [property['title'], property['description']].filter((text) => typeof text === 'string');
      const value = property['default'] === undefined ? '' : code(JSON.stringify(property['default']));
      return `| ${code(name)}${marks.length === 0 ? '' : ` (${marks.join(', ')})`} | ${typeOf(property)} | ${cell(value)} | ${cell(about.join('. '))} |`;
    }),
    '',
  ];
}

function typeOf(property: JsonSchema): string {
  if (Array.isArray(property['enum'])) return property['enum'].map((value) => code(String(value))).join(', ');
  const { minimum, maximum } = property as { readonly minimum?: number; readonly maximum?: number };
  const { type = 'any' } = property as { readonly type?: string | readonly string[] };
  const name = typeof type === 'string' ? type : type.join(' or ');
  if (minimum === undefined && maximum === undefined) return name;
  return `${name} ${minimum ?? ''}..${maximum ?? ''}`;
}

function size(bytes: number): string {
  if (bytes < 0) return 'any size';
  return bytes >= 1_000_000 ? `${bytes / 1_000_000} MB` : `${bytes} bytes`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
