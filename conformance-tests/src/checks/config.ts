import { isDeepStrictEqual } from 'node:util';
import { type ErrorInfo, isConnectorError, type Json, type JsonSchema } from '@connector-runtime/core';
import type { RuntimeConnection } from '@connector-runtime/runtime';
import type { Check } from '../check.js';
import { expectThat, nameOf, SubjectError, Unproven } from '../findings.js';
import { withIdleOperations } from '../observed-plugin.js';
import { documentOf, documentsOf } from '../samples.js';
import { compileSchema } from '../schema-compiler.js';
import { subschemas, takes } from '../schema-walk.js';
import type { Sample, SeenRequest } from '../subject.js';
import type { Trial } from '../trial.js';
import type { TriedOperation } from '../tried-operation.js';

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
        for (const { schema: part, path } of subschemas(schema)) {
          const { default: byDefault, ...own } = part;
          if (byDefault === undefined) continue;
          const wrong = compileSchema({ ...own, ...defs })(byDefault);
          expectThat(wrong === undefined, `the default of ${name}${path} is valid`, wrong, 'validating it');
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
        const open = openObjects(schema).map((pointer) => `${name}${pointer}`);
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
      await makeOperations(trial);
    },
  },
  {
    id: 'CFG-04',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'The configuration is left as it is',
    rule: 'Through a full run (test, browse with a search, every schema, every operation) nothing is written into the frozen properties.',
    cause: 'a value that is trimmed or filled in where it stands, in place of in a copy',
    async run(trial) {
      const connection = await trial.connect();
      const seen: string[] = [];
      const note = (what: string, error: unknown) => {
        const text = isConnectorError(error) ? error.info.message : String(error);
        if (/read.only property|not extensible|object is frozen|Cannot (?:assign|add|delete)/i.test(text))
          seen.push(`${what}: ${text}`);
      };
      for (const { name, error } of await connection.test())
        if (error !== undefined) note(`finding ${name}`, error.message);
      for (const operation of trial.operations()) {
        const { results, summary } = await trial.run(connection, operation, documentsOf(operation.fixture.good(2)));
        for (const { error } of results) if (error !== undefined) note(operation.key, error.message);
        if (summary.error !== undefined) note(operation.key, summary.error.message);
        if (trial.plugin.browse !== undefined && operation.fixture.objectType !== undefined) {
          await browseAll(trial, connection, operation).catch((error: unknown) =>
            note(`browsing for ${operation.key}`, error),
          );
        }
      }
      expectThat(
        seen.length === 0,
        'no attempt to change the properties',
        seen.join('; '),
        'a full run over frozen properties',
      );
    },
  },
  {
    id: 'CFG-05',
    level: 'SHOULD',
    profile: 'core',
    needs: [],
    title: 'What is named like a secret is one',
    rule: 'A text property named like a password, secret, token or key is writeOnly with the format password, or the subject lists it under `notSecret`.',
    cause: 'a key that a form would show and a log would print',
    async run({ plugin: { manifest }, subject }) {
      const open = [...schemasOf(manifest)].flatMap(([name, schema]) =>
        plainSecrets(schema, name === 'connection' ? '' : `/${name}`),
      );
      const wrong = open.filter((pointer) => subject.notSecret?.includes(pointer) !== true);
      expectThat(
        wrong.length === 0,
        'writeOnly and format password',
        wrong.join(', '),
        'looking at the names of the properties',
      );
    },
  },
  {
    id: 'CFG-06',
    level: 'MUST',
    profile: 'core',
    needs: ['older configVersion'],
    title: 'Older configurations are brought up to date',
    rule: 'Each older configuration of the fixture migrates to one that is valid and works; migrate is pure, and changes nothing of a current configuration.',
    cause: 'a property that was renamed and is not carried over',
    async run(trial) {
      const { old, valid } = trial.fixture.connections;
      const { plugin } = trial;
      if (old === undefined || old.length === 0) throw new Unproven('add `connections.old` to the fixture');
      expectThat(
        plugin.migrate !== undefined,
        'the plugin has migrate',
        'it has none',
        `looking at it, for configVersion is ${plugin.manifest.configVersion}`,
      );
      for (const { version, properties } of old) {
        const did = `migrating a configuration of version ${version}`;
        const given = JSON.stringify(properties);
        const first = JSON.stringify(plugin.migrate?.(version, properties));
        expectThat(JSON.stringify(properties) === given, 'what was given is not changed', 'it is', did);
        expectThat(
          JSON.stringify(plugin.migrate?.(version, properties)) === first,
          'the same again',
          'another outcome',
          did,
        );
        const info = await refusalOf(trial, properties, version);
        expectThat(info === undefined, 'a configuration that works', `${info?.code}: ${info?.message}`, did);
        const again = plugin.migrate?.(version, valid);
        expectThat(
          JSON.stringify(again) === JSON.stringify(valid),
          'a current configuration as it was',
          'a changed one',
          `${did}, given a current one`,
        );
      }
    },
  },
  {
    id: 'CFG-07',
    level: 'MUST',
    profile: 'core',
    needs: ['dynamic'],
    title: 'Each document has its own dynamic properties',
    rule: 'Of documents with, without and with other dynamic properties, the request of each shows its own values and no other; where one request cannot carry two values, they go apart.',
    cause: 'the first value of a batch, or of the run, is kept for those after it',
    async run(trial) {
      for (const { member: dynamic, ...operation } of trial.withMember('dynamic')) {
        const [first, other] = dynamic;
        if (first === undefined || other === undefined)
          throw new SubjectError(`${operation.key} needs two sets of \`dynamic\` properties`);
        const samples = operation.fixture.good(3);
        const sets = [first, undefined, other];
        const documents = samples.map((sample, index) =>
          documentOf(sets[index] === undefined ? sample : { ...sample, properties: together(sample, sets[index]) }),
        );
        const connection = await trial.connect();
        const before = (await trial.requests()).length;
        const { results } = await trial.run(connection, operation, documents);
        const statuses = results.map(({ status }) => status);
        expectThat(
          statuses.every((status) => status === 'success'),
          'success for each',
          statuses,
          'three documents, with, without and with other dynamic properties',
          operation.key,
        );
        const isOfDocument = (request: SeenRequest) =>
          operation.descriptor.effect === 'read' || operation.fixture.isWrite(request);
        const sent = (await trial.requests()).slice(before).filter(isOfDocument);
        samples.forEach((sample, index) => {
          const own = sent.filter((request) => shownIn(request, [sample.key]));
          const foreign = sets
            .filter((set) => set !== sets[index] && set !== undefined)
            .flatMap((set) => textsOf(set as Json));
          const did = `document ${index + 1} of three, ${sets[index] === undefined ? 'without' : 'with'} dynamic properties`;
          if (own.length === 0) throw new Unproven(`no request of ${operation.key} shows the key of its document`);
          expectThat(
            !own.some((request) => shownIn(request, foreign)),
            "no other document's values in its request",
            foreign,
            did,
            operation.key,
          );
          const values = sets[index] === undefined ? [] : textsOf(sets[index] as Json);
          expectThat(
            values.length === 0 || own.some((request) => shownIn(request, values)),
            'its own values in its request',
            'they are not there',
            did,
            operation.key,
          );
        });
      }
    },
  },
];

/** Over a connection that is open, has each operation made and does nothing with it. */
async function makeOperations(trial: Trial): Promise<void> {
  const connection = await trial.connect({ plugin: withIdleOperations(trial.plugin) });
  await connection.test();
  for (const operation of trial.operations()) {
    const before = (await trial.requests()).length;
    await trial.run(connection, operation, []);
    await trial.settle();
    const requests = (await trial.requests()).slice(before).map(({ method, path }) => `${method} ${path}`);
    expectThat(requests.length === 0, 'no request', requests, 'making it', operation.key);
  }
}

/** The properties by every way of browsing. */
async function browseAll(trial: Trial, connection: RuntimeConnection, { id, fixture }: TriedOperation): Promise<void> {
  const objectType = fixture.objectType ?? '';
  for await (const _ of connection.objectTypes({ operation: id, search: objectType.slice(0, 3) }));
  for (const format of trial.plugin.manifest.browse?.schemas ?? []) {
    for (const role of ['input', 'output'] as const)
      await connection.describe({ operation: id, objectType, role, format, properties: fixture.properties });
  }
}

/** What a sample needs to be itself, such as the id that it is told by, stays. */
function together({ properties }: Sample, dynamic: Json): Json {
  return {
    ...(properties as Readonly<Record<string, Json>> | undefined),
    ...(dynamic as Readonly<Record<string, Json>>),
  };
}

/** Texts and numbers of dynamic properties, as a request would show them. */
function textsOf(value: Json): readonly string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap((part) => textsOf(part as Json));
  return value === null || typeof value === 'boolean' ? [] : [String(value)];
}

function shownIn(request: SeenRequest, texts: readonly string[]): boolean {
  const { headers } = request as { readonly headers?: Readonly<Record<string, string>> };
  const shown = `${decodeURIComponent(request.path)}\n${JSON.stringify(headers ?? {})}\n${Buffer.from(request.body).toString()}`;
  return texts.some((text) => shown.includes(text));
}

const SECRET_NAME =
  /(?:pass(?:word|wd|phrase)?|secret|token|(?:api|private|access|secret|signing|encryption|account)[-_]?key)s?$/i;

/** Pointers of text properties, and of lists of texts, that are named like secrets and not marked as such. */
function plainSecrets(schema: JsonSchema, at: string): readonly string[] {
  return [...subschemas(schema)].flatMap(({ schema: part, path, isCondition }) => {
    const name = path.split('/').findLast((step) => step !== '*') ?? '';
    const isMarked = part['format'] === 'password' && part['writeOnly'] === true;
    return takes(part, 'string') && SECRET_NAME.test(name) && !isMarked && !isCondition ? [`${at}${path}`] : [];
  });
}

/** How a configuration was refused: by `connect`, or when the connection opened. */
async function refusalOf(trial: Trial, properties: Json, configVersion?: number): Promise<ErrorInfo | undefined> {
  try {
    const connection = await trial.connect({ properties, ...(configVersion === undefined ? {} : { configVersion }) });
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

/** Pointers of objects that take keys which nobody named. A map (`additionalProperties` with a schema that says something) is closed in its own way, and conditions only narrow what the object itself allows. */
function openObjects(schema: JsonSchema): readonly string[] {
  return [...subschemas(schema)].flatMap(({ schema: part, pointer, isCondition }) => {
    const others = part['additionalProperties'] ?? part['unevaluatedProperties'];
    const isClosed = others !== undefined && others !== true && !isDeepStrictEqual(others, {});
    const isObject = takes(part, 'object') && part['properties'] !== undefined;
    return isObject && !isClosed && !isCondition ? [pointer] : [];
  });
}
