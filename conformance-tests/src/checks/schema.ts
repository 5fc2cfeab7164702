import type { JsonSchema, SchemaFormat } from '@connector-runtime/core';
import type { RuntimeConnection } from '@connector-runtime/runtime';
import type { Check } from '../check.js';
import { textOf } from '../events.js';
import { expectThat, Unproven } from '../findings.js';
import { documentsOf } from '../samples.js';
import { compileSchema } from '../schema-compiler.js';
import type { Trial } from '../trial.js';
import { someTyped, type TriedOperation } from '../tried-operation.js';
import { type Validate, xmlSchemaValidator } from '../xml-schema.js';

const DOCUMENTS = 3;

export const SCHEMA: readonly Check[] = [
  {
    id: 'SCH-01',
    level: 'MUST',
    profile: 'full',
    needs: ['browse'],
    title: 'Every schema is a schema',
    rule: 'JSON Schemas compile under ajv strict, XSDs are accepted by libxml2 and have the element that `root` names; names that are no identifiers are escaped.',
    cause: 'an element with both a type and a type of its own, or a name that was not escaped',
    async run(trial) {
      const seen = new Set<string>();
      const connection = await trial.connect();
      for (const { operation, role, format } of definitions(trial)) {
        const { schema, root } = await definitionOf(connection, operation, role, format);
        const did = `describing its ${role} as ${format}`;
        expectThat(root !== '', 'a root', 'none', did, operation.key);
        if (seen.has(`${root} ${schema}`)) continue;
        seen.add(`${root} ${schema}`);
        const problem = await problemOf(format, schema);
        expectThat(problem === undefined, 'a valid schema', problem, did, operation.key);
        if (format === 'xsd')
          expectThat(await hasElement(schema, root), `a global element ${root}`, 'none', did, operation.key);
      }
    },
  },
  {
    id: 'SCH-02',
    level: 'MUST',
    profile: 'full',
    needs: ['browse', 'write'],
    title: 'Good documents fit the input schema',
    rule: "Every good sample validates against the input schema of its operation, in the format of the sample's media type.",
    cause: 'a field that the service takes is missing from the schema',
    async run(trial) {
      await everyDocument(trial, 'input', trial.writes(), async (operation) =>
        operation.fixture
          .good(DOCUMENTS)
          .map(({ mediaType, body }) => ({ mediaType, text: Buffer.from(body).toString() })),
      );
    },
  },
  {
    id: 'SCH-03',
    level: 'MUST',
    profile: 'full',
    needs: ['browse', 'read'],
    title: 'Outputs fit the output schema',
    rule: 'Every output of a read, and the body of the result of every good document of a write, validates against the output schema of its operation.',
    cause: 'a number where the schema says text, or a field that it does not have',
    async run(trial) {
      await everyDocument(trial, 'output', trial.operations(), async (operation) => {
        const isRead = operation.descriptor.effect === 'read';
        if (isRead) await trial.seedRows(operation, DOCUMENTS);
        const samples = operation.fixture.good(isRead ? 1 : DOCUMENTS);
        const { outputs, results } = await trial.run(await trial.connect(), operation, documentsOf(samples));
        return Promise.all(
          [...outputs, ...results].flatMap(({ body, mediaType = operation.descriptor.emits[0] ?? '' }) =>
            body === undefined ? [] : [textOf(body).then((text) => ({ mediaType, text }))],
          ),
        );
      });
    },
  },
  {
    id: 'SCH-04',
    level: 'MAY',
    profile: 'full',
    needs: ['browse', 'both formats'],
    title: 'Both formats name the same fields',
    rule: 'The XSD and the JSON Schema of a type have fields of the same names.',
    cause: 'a field that was added to one of the writers only',
    async run(trial) {
      const connection = await trial.connect();
      for (const operation of someTyped(trial)) {
        for (const role of ['input', 'output'] as const) {
          const { all, leaves } = namesInJson(
            JSON.parse((await definitionOf(connection, operation, role, 'json-schema')).schema),
          );
          const { schema, root } = await definitionOf(connection, operation, role, 'xsd');
          const xml = namesInXml(schema, root);
          const apart = [...leaves].filter((name) => !xml.has(name)).concat([...xml].filter((name) => !all.has(name)));
          expectThat(
            apart.length === 0,
            'the same names',
            apart.slice(0, 10).join(', '),
            `describing its ${role} in both formats`,
            operation.key,
          );
        }
      }
    },
  },
];

function* definitions(trial: Trial) {
  for (const operation of someTyped(trial)) {
    for (const role of ['input', 'output'] as const)
      for (const format of trial.plugin.manifest.browse?.schemas ?? []) yield { operation, role, format };
  }
}

function definitionOf(
  connection: RuntimeConnection,
  { id, fixture }: TriedOperation,
  role: 'input' | 'output',
  format: SchemaFormat,
) {
  const { objectType = '', properties } = fixture;
  return connection.describe({ operation: id, objectType, role, format, properties });
}

/** What keeps the schema from being one. */
async function problemOf(format: SchemaFormat, schema: string): Promise<string | undefined> {
  try {
    if (format === 'xsd') await xmlSchemaValidator(schema);
    else compileSchema(JSON.parse(schema) as JsonSchema);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Told by the validator: an empty element is wrong for its content, and not because nothing says what it is. */
async function hasElement(schema: string, root: string): Promise<boolean> {
  const [, namespace] = /targetNamespace="([^"]*)"/.exec(schema) ?? [];
  const validate = await xmlSchemaValidator(schema);
  const problem = await validate(`<${root}${namespace === undefined ? '' : ` xmlns="${namespace}"`}/>`);
  return problem === undefined || !problem.includes('No matching global');
}

/** Holds documents against the schema in their own format; of media types without one nothing can be said. */
async function everyDocument(
  trial: Trial,
  role: 'input' | 'output',
  operations: readonly TriedOperation[],
  documentsFor: (
    operation: TriedOperation,
  ) => Promise<readonly { readonly mediaType: string; readonly text: string }[]>,
): Promise<void> {
  let validated = 0;
  const connection = await trial.connect();
  for (const operation of operations.filter(({ fixture }) => fixture.objectType !== undefined)) {
    const validators = new Map<SchemaFormat, Validate>();
    for (const { mediaType, text } of await documentsFor(operation)) {
      const format = formatOf(mediaType);
      if (format === undefined || trial.plugin.manifest.browse?.schemas.includes(format) !== true) continue;
      const validate =
        validators.get(format) ??
        (await validatorFor(format, (await definitionOf(connection, operation, role, format)).schema));
      validators.set(format, validate);
      const problem = await validate(text);
      expectThat(
        problem === undefined,
        `a document that fits the ${role} schema`,
        `${problem} in ${text.slice(0, 200)}`,
        `holding it against the ${format}`,
        operation.key,
      );
      validated += 1;
    }
  }
  if (validated === 0)
    throw new Unproven(
      role === 'output'
        ? 'nothing came out in a media type that the plugin describes'
        : 'no sample has a media type that the plugin describes',
    );
}

function formatOf(mediaType: string): SchemaFormat | undefined {
  if (/[/+]json\b/.test(mediaType)) return 'json-schema';
  return /[/+]xml\b/.test(mediaType) ? 'xsd' : undefined;
}

async function validatorFor(format: SchemaFormat, schema: string): Promise<Validate> {
  if (format === 'xsd') return xmlSchemaValidator(schema);
  const validate = compileSchema(JSON.parse(schema) as JsonSchema, { useDefaults: false });
  return async (text) => validate(JSON.parse(text));
}

interface Names {
  readonly all: Set<string>;
  /** Those that have no properties of their own. */
  readonly leaves: Set<string>;
}

/** Names of properties, at any depth, and of definitions: what is a root or an item of a list has a name in XML alone. What XML has as attributes, JSON may have in an object of their own. */
function namesInJson(schema: unknown, names: Names = { all: new Set(), leaves: new Set() }): Names {
  if (typeof schema !== 'object' || schema === null) return names;
  for (const [key, part] of Object.entries(schema)) {
    if (key === 'properties') {
      for (const [name, property] of Object.entries(part as Readonly<Record<string, unknown>>)) {
        names.all.add(name);
        if (!JSON.stringify(property).includes('"properties"')) names.leaves.add(name);
      }
    }
    if (key === '$defs') for (const name of Object.keys(part as object)) names.all.add(name);
    namesInJson(part, names);
  }
  return names;
}

/** Names of all elements and attributes but the root, with escaped characters put back. */
function namesInXml(schema: string, root: string): Set<string> {
  const names = new Set<string>();
  for (const [, name = ''] of schema.matchAll(/<\w+:(?:element|attribute) [^>]*name="([^"]*)"/g)) {
    names.add(name.replace(/_x([0-9A-F]{4})_/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16))));
  }
  if (!names.delete(root)) throw new Unproven(`the XSD has no element ${root}; see SCH-01`);
  return names;
}
