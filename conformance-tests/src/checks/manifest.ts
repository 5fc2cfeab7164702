import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  CONTRACT_VERSION,
  type ConnectorManifest,
  type Constructor,
  type JsonSchema,
  type OperationDescriptor,
} from '@connector-runtime/core';
import manifestSchema from '@connector-runtime/core/manifest.schema.json';
import { major, satisfies, valid, validRange } from 'semver';
import type { Check } from '../check.js';
import { runChild } from '../child-process.js';
import { expectThat, nameOf, SubjectError, Unproven } from '../findings.js';
import { documentsOf } from '../samples.js';
import { compileSchema } from '../schema-compiler.js';
import { subschemas } from '../schema-walk.js';
import type { Trial } from '../trial.js';
import { classOf, type TriedOperation } from '../tried-operation.js';

export const MANIFEST: readonly Check[] = [
  {
    id: 'MAN-01',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'The manifest is plain JSON of the published form',
    rule: 'The manifest validates against the published schema, equals its JSON round trip, and its version and contract range parse; a manifest.json at the package root equals it.',
    cause:
      'a value that JSON does not carry (a function, undefined, a class), or a manifest.json that was not written anew',
    async run({ plugin: { manifest }, subject }) {
      const roundTrip: unknown = JSON.parse(JSON.stringify(manifest));
      expectThat(
        isDeepStrictEqual(roundTrip, manifest),
        'the manifest equals its JSON round trip',
        'it does not',
        'writing it as JSON and reading it',
      );
      const problem = compileSchema(manifestSchema as JsonSchema)(roundTrip);
      expectThat(
        problem === undefined,
        'the manifest validates against manifest.schema.json',
        problem,
        'validating it',
      );
      expectThat(valid(manifest.version) !== null, 'version is semver', manifest.version, 'parsing it');
      expectThat(validRange(manifest.contract) !== null, 'contract is a semver range', manifest.contract, 'parsing it');
      expectThat(
        satisfies(CONTRACT_VERSION, manifest.contract),
        `contract contains ${CONTRACT_VERSION}`,
        manifest.contract,
        'comparing',
      );
      const written = writtenManifest(subject.entry);
      const isSame = written === undefined || isDeepStrictEqual(written, roundTrip);
      expectThat(isSame, 'manifest.json at the package root equals the manifest', 'it differs', 'reading it');
    },
  },
  {
    id: 'MAN-02',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'Importing the plugin does nothing',
    rule: 'Importing the entry opens no socket, starts no timer or process, writes no file, listens to no event of the process and changes nothing that the language or the process shares.',
    cause: 'work at the top level of a module, such as a timer or a client that is made there',
    ownProcess: true,
    async run({ subject }) {
      const { report, stderr } = await runChild('import-entry', { entry: subject.entry });
      const { used } = (report ?? {}) as { readonly used?: readonly string[] };
      if (used === undefined)
        throw new SubjectError(`${subject.entry} cannot be imported by itself: ${stderr.slice(0, 500)}`);
      expectThat(
        used.length === 0,
        'nothing used',
        used.join(', '),
        `importing ${path.basename(subject.entry)} in a process of its own`,
      );
    },
  },
  {
    id: 'MAN-03',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'What is declared is there',
    rule: 'Every declared operation and ability is there: browse, fields, login, reconcile, and of a resumable read over several pages, checkpoints.',
    cause: 'an ability that was declared before it was written',
    async run(trial) {
      const { manifest } = trial.plugin;
      const missing: string[] = [];
      for (const { name, isDeclared, isPresent } of await abilities(trial))
        if (isDeclared && !isPresent) missing.push(name);
      expectThat(
        missing.length === 0,
        'a method for each',
        `none for ${missing.join(', ')}`,
        `looking at the classes of ${manifest.id}`,
      );
      for (const operation of trial.reads()) {
        if (!operation.descriptor.resumable || trial.fixture.seedRows === undefined) continue;
        const { pages, checkpoints } = await pagesRead(trial, operation);
        expectThat(
          pages < 2 || checkpoints > 0,
          'a checkpoint, for it is declared resumable',
          'none',
          'a read whose rows came in several answers',
          operation.key,
        );
      }
    },
  },
  {
    id: 'MAN-04',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'What is there is declared',
    rule: 'Every operation and optional method is declared, and an operation that is not resumable yields no checkpoint.',
    cause: 'a method that was written and not declared, so that no host will ever call it',
    async run(trial) {
      const { manifest } = trial.plugin;
      const undeclared: string[] = [];
      for (const { name, isDeclared, isPresent } of await abilities(trial))
        if (!isDeclared && isPresent) undeclared.push(name);
      expectThat(
        undeclared.length === 0,
        'a declaration for each',
        `none for ${undeclared.join(', ')}`,
        `looking at the classes of ${manifest.id}`,
      );
      for (const operation of trial.readsLast()) {
        if (operation.descriptor.resumable) continue;
        const events = await eventsOf(trial, operation);
        expectThat(
          !events.includes('checkpoint'),
          'no checkpoint',
          'a checkpoint',
          'running it with three documents',
          operation.key,
        );
      }
    },
  },
  {
    id: 'MAN-05',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'A new version breaks no component',
    rule: 'Against the last released manifest, and within a major version: no operation, property or enum value is gone, no type has changed, nothing is newly required; of the connection, unless a new configVersion and migrate cover it.',
    cause: 'an operation or property that was renamed in a minor version',
    async run({ plugin, subject }) {
      const { previous } = subject;
      if (previous === undefined)
        throw new Unproven(
          "add `previous`, the last released manifest, to the subject; before the first release, give the plugin's own manifest",
        );
      if (major(plugin.manifest.version) > major(previous.version)) return;
      const broken = breaches(previous, plugin.manifest, plugin.migrate !== undefined);
      expectThat(
        broken.length === 0,
        'what was there is there',
        broken.join('; '),
        `comparing ${plugin.manifest.version} with ${previous.version}`,
      );
    },
  },
];

/** The manifest.json beside the nearest package.json above the entry. */
function writtenManifest(entry: string): unknown {
  let folder = path.dirname(fileOf(entry));
  while (!existsSync(path.join(folder, 'package.json')) && path.dirname(folder) !== folder)
    folder = path.dirname(folder);
  const file = path.join(folder, 'manifest.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Names are resolved from the working directory, as the runtime does. */
function fileOf(entry: string): string {
  try {
    return createRequire(path.join(process.cwd(), 'package.json')).resolve(entry);
  } catch (error) {
    throw new SubjectError(
      `\`entry\` of the subject, ${entry}, cannot be found (${nameOf(error).split('\n', 1)[0]}); give the absolute path of what is built, as by \`require.resolve('../src/index.js')\``,
    );
  }
}

interface Ability {
  readonly name: string;
  readonly isDeclared: boolean;
  readonly isPresent: boolean;
}

/** What a plugin may have and must then declare, and the other way round. */
async function abilities(trial: Trial): Promise<readonly Ability[]> {
  const { plugin } = trial;
  const { manifest } = plugin;
  const browse = await plugin.browse?.({});
  const found: Ability[] = [
    { name: 'browse', isDeclared: manifest.browse !== undefined, isPresent: browse !== undefined },
    { name: 'fields', isDeclared: manifest.browse?.lazyFields === true, isPresent: has(browse, 'fields') },
    {
      name: 'login',
      isDeclared: manifest.connection.interactiveLogin === true,
      isPresent: has(plugin.connection, 'login'),
    },
  ];
  const declared = new Set(manifest.operations.map(({ id }) => id));
  for (const id of new Set([...declared, ...Object.keys(plugin.operations)]))
    found.push({
      name: `operation ${id}`,
      isDeclared: declared.has(id),
      isPresent: plugin.operations[id] !== undefined,
    });
  for (const operation of trial.operations()) {
    const isPresent = has(await classOf(plugin, operation), 'reconcile');
    found.push({ name: `reconcile of ${operation.key}`, isDeclared: operation.descriptor.reconciles, isPresent });
  }
  return found;
}

function has(type: Constructor<unknown> | undefined, method: string): boolean {
  return typeof (type?.prototype as Readonly<Record<string, unknown>> | undefined)?.[method] === 'function';
}

/** Types of the events of a run, of several pages where it reads; what goes wrong in it is another check's affair. */
async function eventsOf(trial: Trial, operation: TriedOperation): Promise<readonly string[]> {
  if (operation.descriptor.effect === 'read') await trial.seedPages(operation, 3);
  try {
    const connection = await trial.connect();
    const { events } = await trial.run(connection, operation, documentsOf(operation.fixture.good(3)));
    return events.map(({ type }) => type);
  } catch {
    return [];
  }
}

/** How often more was asked for between the outputs of a read, and its checkpoints; what goes wrong in it is another check's affair. */
async function pagesRead(trial: Trial, operation: TriedOperation) {
  const { trial: own, operation: tried } = await trial.forOperation(operation);
  await own.seedPages(tried, 3);
  const requests = new Set<number>();
  let checkpoints = 0;
  try {
    const connection = await own.connect();
    for await (const { type } of own.execute(connection, tried, documentsOf(tried.fixture.good(1)))) {
      if (type === 'output') requests.add(own.traffic.requests.length);
      if (type === 'checkpoint') checkpoints += 1;
    }
  } catch {
    // Told of by BAS-01.
  }
  return { pages: requests.size, checkpoints };
}

function breaches(before: ConnectorManifest, now: ConnectorManifest, hasMigrate: boolean): readonly string[] {
  const isMigrated = now.configVersion > before.configVersion && hasMigrate;
  const broken = isMigrated
    ? []
    : schemaBreaches(before.connection.properties, now.connection.properties, 'connection');
  for (const operation of before.operations) {
    const same = now.operations.find(({ id }) => id === operation.id);
    if (same === undefined) broken.push(`operation ${operation.id} is gone`);
    else
      broken.push(
        ...schemaBreaches(operation.properties, same.properties, operation.id),
        ...mediaBreaches(operation, same),
      );
  }
  return broken;
}

function mediaBreaches(before: OperationDescriptor, now: OperationDescriptor): readonly string[] {
  return before.accepts
    .filter((type) => !now.accepts.includes(type))
    .map((type) => `${before.id} accepts ${type} no more`);
}

function schemaBreaches(before: JsonSchema, now: JsonSchema, at: string): string[] {
  const broken: string[] = [];
  const those = byPath(now);
  for (const [path, schema] of byPath(before)) {
    const same = those.get(path);
    if (same === undefined) broken.push(`${at}${path} is gone`);
    else broken.push(...narrowings(schema, same).map((what) => `${at}${path}${what}`));
  }
  return broken;
}

/** By the places of values, so that a schema may be written in another way. Of several for one place, the outermost. */
function byPath(schema: JsonSchema): ReadonlyMap<string, JsonSchema> {
  const found = new Map<string, JsonSchema>();
  for (const { schema: part, path, pointer, isCondition } of subschemas(schema))
    if (!isCondition && !pointer.includes('/$defs/') && !found.has(path)) found.set(path, part);
  return found;
}

/** What the schema took and takes no more. */
function narrowings(before: JsonSchema, now: JsonSchema): readonly string[] {
  const gone = (keyword: string) => {
    const left = listOf(now[keyword]);
    return left.length === 0 ? [] : listOf(before[keyword]).filter((value) => !left.includes(value));
  };
  const required = listOf(before['required']);
  return [
    ...listOf(now['required'])
      .filter((name) => !required.includes(name))
      .map((name) => `/${String(name)} is newly required`),
    ...gone('type').map((type) => ` is ${String(type)} no more`),
    ...gone('enum').map((value) => ` takes ${JSON.stringify(value)} no more`),
  ];
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}
