import { type ErrorInfo, isConnectorError, type Json, type JsonSchema } from '@connector-runtime/core';
import type { Check } from '../check.js';
import { expectThat, SubjectError } from '../findings.js';
import { compileSchema } from '../schema-compiler.js';
import { nameOf, type Trial } from '../trial.js';

export const CONFIG: readonly Check[] = [
  {
    id: 'CFG-01',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'Every property schema compiles',
    rule: 'The schemas of connection, operations and variants compile under ajv strict, draft 2020-12, with x-dynamic and the format password; their defaults are valid.',
    cause: 'a misspelt keyword, which JSON Schema would ignore in silence',
    async run({ plugin: { manifest } }) {
      for (const [name, schema] of schemasOf(manifest)) {
        let problem: unknown;
        try {
          compileSchema(schema);
        } catch (error) {
          problem = error instanceof Error ? error.message : error;
        }
        expectThat(problem === undefined, `the schema of ${name} compiles`, problem, 'compiling it');
        const defs = schema['$defs'] === undefined ? {} : { $defs: schema['$defs'] };
        for (const [property, { default: byDefault, ...own }] of Object.entries(
          (schema['properties'] ?? {}) as Record<string, JsonSchema>,
        )) {
          if (byDefault === undefined) continue;
          const wrong = compileSchema({ ...own, ...defs })(byDefault);
          expectThat(wrong === undefined, `the default of ${name}/${property} is valid`, wrong, 'validating it');
        }
      }
    },
  },
  {
    id: 'CFG-02',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'An unknown key is refused at every level',
    rule: 'Every object with named properties in a property schema refuses other keys, so that a misspelt property is an error and not a surprise.',
    cause: 'a nested object without additionalProperties: false',
    async run({ plugin: { manifest } }) {
      for (const [name, schema] of schemasOf(manifest)) {
        if (name.includes(':')) continue;
        const open = [...openObjects(schema, name)];
        expectThat(
          open.length === 0,
          'every object refuses unknown keys',
          open.join(', '),
          'looking at each object of the schemas',
        );
      }
    },
  },
  {
    id: 'CFG-03',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'A wrong configuration is refused before anything is sent',
    rule: 'Each invalid configuration ends with category config and the JSON pointer of the property; no request is sent for it, nor for making an operation.',
    cause: 'a rule that is checked in code after the first request, in place of in the schema',
    async run(trial) {
      const { invalid } = trial.fixture.connections;
      if (invalid.length === 0)
        throw new SubjectError('connections.invalid is empty; give at least one configuration that must be refused');
      for (const { name, properties, path } of invalid) {
        const info = await refusalOf(trial, properties);
        expectThat(info !== undefined, `"${name}" is refused`, 'it was taken', 'connecting and testing');
        const seen = { category: info?.category, path: info?.path };
        expectThat(
          info?.category === 'config' && info.path === path,
          `category config, path ${path}`,
          seen,
          `connecting with "${name}"`,
        );
        const requests = await trial.requests();
        expectThat(
          requests.length === 0,
          'no request',
          requests.map((request) => `${request.method} ${request.path}`),
          `connecting with "${name}"`,
        );
      }
    },
  },
];

/** How a configuration was refused: by `connect`, or when the connection opened. */
async function refusalOf(trial: Trial, properties: Json): Promise<ErrorInfo | undefined> {
  try {
    const connection = await trial.connect({ properties });
    return (await connection.test()).find((finding) => !finding.ok)?.error;
  } catch (error) {
    if (!isConnectorError(error))
      throw new SubjectError(`connecting threw what is no ConnectorError: ${nameOf(error)}`);
    return error.info;
  }
}

function* schemasOf(manifest: Trial['plugin']['manifest']): Generator<readonly [name: string, schema: JsonSchema]> {
  yield ['connection', manifest.connection.properties];
  for (const operation of manifest.operations) {
    yield [operation.id, operation.properties];
    for (const variant of operation.variants ?? []) yield [`${operation.id}:${variant.id}`, variant.when];
  }
}

/** Pointers of objects that take keys which nobody named. A map (`additionalProperties` with a schema) is closed in its own way. */
function* openObjects(schema: unknown, at: string): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  if (Array.isArray(schema)) {
    for (const [index, part] of schema.entries()) yield* openObjects(part, `${at}/${index}`);
    return;
  }
  const record = schema as Record<string, unknown>;
  const isObject = record['type'] === 'object' && record['properties'] !== undefined;
  const isClosed = record['additionalProperties'] !== undefined || record['unevaluatedProperties'] === false;
  if (isObject && !isClosed) yield at;
  for (const [key, part] of Object.entries(record)) {
    // Conditions only narrow what the object itself allows.
    if (!['if', 'then', 'else', 'allOf', 'default', 'examples', 'enum', 'const'].includes(key))
      yield* openObjects(part, `${at}/${key}`);
  }
}
