import path from 'node:path';
import {
  type ConnectorPlugin,
  isConnectorError,
  type Json,
  type JsonSchema,
  type OperationDescriptor,
} from '@connector-runtime/core';
import { nearestName } from '@connector-runtime/core/authoring';
import {
  connectionIssues,
  connectionOf,
  type OperationComponent,
  operationIssues,
  operationOf,
} from '../components/component-file.js';
import { ComponentText } from '../components/component-text.js';
import { issuesOf, pointerSegment } from '../components/config-issue.js';
import { type Purpose, validatorOf } from '../components/property-validator.js';
import { readSecrets } from '../components/secret-references.js';
import type { ConnectorRuntime } from '../connector-runtime.js';
import { operationOf as operationIn, type PluginRegistry } from '../plugins/plugin-registry.js';
import type { RuntimeConnection } from '../runtime-connection.js';
import { UsageError } from './exit-codes.js';
import { type Checked, Findings } from './findings.js';
import { checkHttp } from './http-check.js';

/** An operation's file, checked, with its secrets as text. */
export interface CheckedOperation {
  readonly component: OperationComponent;
  readonly descriptor: OperationDescriptor;
}

/** Checks components' files: every fault at once, each with its place; nothing is sent. */
export class ComponentCheck {
  constructor(
    private readonly registry: PluginRegistry,
    private readonly runtime: ConnectorRuntime,
  ) {}

  /** The connection of a file. */
  async connection(file: string): Promise<Checked<RuntimeConnection>> {
    return this.read(file, async (text, found) => {
      for (const { path: at, message } of connectionIssues(text)) found.fault('CONFIG_INVALID', at, message);
      const { plugin: id, configVersion, http } = recordOf(text.value);
      const plugin = typeof id === 'string' ? await found.attempt('/plugin', () => this.registry.byId(id)) : undefined;
      const isPresent = configVersion === undefined || configVersion === plugin?.manifest.configVersion;
      // Properties of an older version are checked once they are brought up to date, when the connection is made.
      const schema = isPresent ? plugin?.manifest.connection.properties : undefined;
      await this.properties(text, found, schema, "the connection's properties");
      await checkHttp(recordOf(http ?? null), text.folder, found);
      if (found.hasFault) return undefined;
      try {
        return await this.runtime.connect(await connectionOf(text));
      } catch (error) {
        if (!isConnectorError(error)) throw error;
        const { code, message, path: at } = error.info;
        const issues = issuesOf(error);
        for (const issue of issues) found.fault(code, rooted(issue.path), issue.message);
        if (issues.length === 0) found.fault(code, at ?? '', message);
        return undefined;
      }
    });
  }

  /** The operation of a file. `connection` and `objectType` come from elsewhere, in place of the file's own; `purpose`: to run, unless it is said. */
  async operation(
    file: string,
    elsewhere: { readonly connection?: string; readonly objectType?: string; readonly purpose?: Purpose } = {},
  ): Promise<Checked<CheckedOperation>> {
    return this.read(file, async (text, found) => {
      for (const { path: at, message } of operationIssues(text)) found.fault('CONFIG_INVALID', at, message);
      const { operation: id, connection: named, objectType = '' } = recordOf(text.value);
      const own = typeof named === 'string' ? path.resolve(text.folder, named) : undefined;
      const descriptor =
        typeof id === 'string' ? await this.descriptorOf(id, elsewhere.connection ?? own, found) : undefined;
      if (descriptor?.objectType === 'required' && (elsewhere.objectType ?? objectType) === '')
        found.fault('OBJECT_TYPE_MISSING', '/objectType', `operation ${descriptor.id} needs an objectType`);
      const what = `the properties of ${descriptor?.id ?? 'an operation'}`;
      const properties = await this.properties(text, found, descriptor?.properties, what, elsewhere.purpose);
      if (found.hasFault || descriptor === undefined) return undefined;
      return { component: { ...operationOf(text), properties }, descriptor };
    });
  }

  private readonly shown = (text: string): string => this.runtime.redactor.text(text);

  private async read<T>(
    file: string,
    check: (text: ComponentText, found: Findings) => Promise<T | undefined>,
  ): Promise<Checked<T>> {
    let text: ComponentText;
    try {
      text = await ComponentText.read(file);
    } catch (error) {
      if (!isConnectorError(error)) throw error;
      const message = error.info.message.replace(`${file}: `, '');
      return { component: undefined, findings: [{ file, valid: false, code: error.info.code, message }] };
    }
    const found = new Findings(text, this.shown);
    const component = await check(text, found);
    return { component, findings: found.all };
  }

  /** Checks `properties` of a file, whatever else is wrong with it; gives them with their secrets as text. A secret that cannot be read counts as there. */
  private async properties(
    text: ComponentText,
    found: Findings,
    schema: JsonSchema | undefined,
    what: string,
    purpose?: Purpose,
  ): Promise<Json> {
    const { properties = {} } = recordOf(text.value);
    const { resolved, unreadable } = await readSecrets(properties, text.folder, undefined, (secret) =>
      this.runtime.redactor.pin(secret),
    );
    for (const { pointer, message } of unreadable) found.fault('SECRET_UNREADABLE', `/properties${pointer}`, message);
    if (schema === undefined || !isRecord(properties)) return resolved;
    for (const name of plainSecrets(schema, recordOf(properties))) {
      const message = 'a secret in plain text: write it as {"$secret": "env:NAME"} or {"$secret": "file:name"}';
      found.warning(`/properties/${pointerSegment(name)}`, message);
    }
    for (const issue of validatorOf(what, schema).issues(resolved, this.shown, purpose)) {
      if (unreadable.some(({ pointer }) => pointer === issue.path)) continue;
      const hint = secretHint(properties, issue.path);
      found.fault('CONFIG_INVALID', `/properties${issue.path}`, issue.message + hint);
    }
    return resolved;
  }

  /** Of the connection's plugin, else of the one that has such an operation. */
  private async descriptorOf(
    operation: string,
    connection: string | undefined,
    found: Findings,
  ): Promise<OperationDescriptor | undefined> {
    const plugin =
      connection === undefined
        ? this.pluginWith(operation)
        : await found.attempt('/connection', () => this.pluginOf(connection, found));
    return plugin === undefined ? undefined : found.attempt('/operation', () => operationIn(plugin, operation));
  }

  private async pluginOf(connection: string, found: Findings): Promise<ConnectorPlugin | undefined> {
    const { plugin } = recordOf((await ComponentText.read(connection)).value);
    const known = this.registry.all().find(({ manifest }) => manifest.id === plugin);
    if (known === undefined)
      found.fault('PLUGIN_UNKNOWN', '/connection', `the connection ${connection} names no known plugin`);
    return known;
  }

  private pluginWith(operation: string): ConnectorPlugin {
    const all = this.registry.all();
    const having = all.filter((plugin) => plugin.manifest.operations.some(({ id }) => id === operation));
    const [first] = having.length > 0 ? having : all;
    if (first !== undefined) return first;
    throw new UsageError(
      'no plugins: list them as connectorRuntime.plugins in package.json, or name one with --plugin',
    );
  }
}

function plainSecrets(schema: JsonSchema, properties: Readonly<Record<string, Json>>): readonly string[] {
  const schemas = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  return Object.keys(properties).filter(
    (name) =>
      Object.hasOwn(schemas, name) && schemas[name]?.['format'] === 'password' && typeof properties[name] === 'string',
  );
}

/** For a value that was meant as a reference to a secret, and is none. */
function secretHint(properties: Json, pointer: string): string {
  const value = recordOf(recordOf(properties)[pointer.slice(1)] ?? null);
  const keys = Object.keys(value);
  if (keys.length === 1 && typeof value['$secret'] === 'string') return '';
  const isMeant = keys.some((key) => key.startsWith('$') && nearestName(key, ['$secret']));
  return isMeant ? '; did you mean {"$secret": "env:NAME"}, with nothing else in it?' : '';
}

/** The runtime names a connection's properties from their own root. */
function rooted(pointer: string): string {
  return pointer.startsWith('/http/') ? pointer : `/properties${pointer}`;
}

function isRecord(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordOf(value: Json): Readonly<Record<string, Json>> {
  return isRecord(value) ? (value as Readonly<Record<string, Json>>) : {};
}
