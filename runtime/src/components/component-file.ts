import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Json, JsonSchema } from '@connector-runtime/core';
import type { ComponentText } from './component-text.js';
import { type ConfigIssue, configInvalid } from './config-issue.js';
import { validatorOf } from './property-validator.js';

/** What the runtime itself needs to reach the service; plugins never see it. File names are relative to the component's file. */
export interface HttpComponent {
  readonly proxy?: string;
  readonly noProxy?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly connectTimeoutMs?: number;
  readonly headersTimeoutMs?: number;
  readonly bodyIdleTimeoutMs?: number;
}

/** A connection, as a host or a file states it. */
export interface ConnectionComponent {
  /** Stored credentials belong to plugin and id; without it they end with the runtime. */
  readonly id?: string;
  /** Manifest id. */
  readonly plugin: string;
  /** The version that the properties were saved under; absent: the plugin's present one. */
  readonly configVersion?: number;
  readonly properties: Json;
  readonly http?: HttpComponent;
  /** Folder that file names are relative to; default: the working directory. */
  readonly folder?: string;
}

/** An operation, as a file states it. */
export interface OperationComponent {
  /** Absolute path of the connection's file. */
  readonly connection?: string;
  readonly operation: string;
  readonly objectType?: string;
  readonly properties: Json;
  /** Folder that file names are relative to. */
  readonly folder: string;
}

const CONNECTION_SCHEMA = require('../../connection.schema.json') as JsonSchema;
const OPERATION_SCHEMA = require('../../operation.schema.json') as JsonSchema;
const HTTP_SCHEMA = (CONNECTION_SCHEMA['properties'] as Readonly<Record<string, JsonSchema>>)['http'] ?? {};

/** Reads a connection's file; its id is the file's real path. Throws `COMPONENT_UNREADABLE`, or `CONFIG_INVALID` with every issue outside its `properties`. */
export async function readConnectionComponent(
  file: string,
): Promise<ConnectionComponent & { readonly id: string; readonly folder: string }> {
  const text = await readText(file);
  refuse(file, connectionIssues(text));
  return connectionOf(text);
}

/** Reads an operation's file; `connection` becomes an absolute path. Throws as {@link readConnectionComponent} does. */
export async function readOperationComponent(file: string): Promise<OperationComponent> {
  const text = await readText(file);
  refuse(file, operationIssues(text));
  return operationOf(text);
}

/** Is this file's content an operation component? It names an operation, a connection a plugin. */
export function isOperationComponent(value: Json): boolean {
  return typeof value === 'object' && value !== null && 'operation' in value;
}

/** Every issue of a connection's file but those of the plugin's properties. */
export function connectionIssues(text: ComponentText): readonly ConfigIssue[] {
  return [...validatorOf('a connection', CONNECTION_SCHEMA).issues(text.value), ...text.duplicateKeys()];
}

/** Every issue of an operation's file but those of the operation's properties. */
export function operationIssues(text: ComponentText): readonly ConfigIssue[] {
  return [...validatorOf('an operation', OPERATION_SCHEMA).issues(text.value), ...text.duplicateKeys()];
}

/** The connection of a file that has no issues. */
export async function connectionOf(
  text: ComponentText,
): Promise<ConnectionComponent & { readonly id: string; readonly folder: string }> {
  const { $schema: _, ...component } = text.value as Record<string, Json>;
  return { ...(component as unknown as ConnectionComponent), id: await realpath(text.file), folder: text.folder };
}

/** The operation of a file that has no issues. */
export function operationOf(text: ComponentText): OperationComponent {
  const { $schema: _, connection, ...record } = text.value as Record<string, Json>;
  const component = { ...record, folder: text.folder } as unknown as OperationComponent;
  return connection === undefined
    ? component
    : { ...component, connection: path.resolve(text.folder, connection as string) };
}

/** Checks the runtime's own part of a connection. `redact` strikes secrets out of the values that issues show. */
export function checkHttpComponent(http: Json, redact: (text: string) => string): HttpComponent {
  const issues = validatorOf("the connection's http", HTTP_SCHEMA).issues(http, redact);
  if (issues.length === 0) return http as HttpComponent;
  throw configInvalid(
    "the connection's http",
    issues.map((issue) => ({ ...issue, path: `/http${issue.path}` })),
  );
}

function refuse(file: string, issues: readonly ConfigIssue[]): void {
  if (issues.length > 0) throw configInvalid(file, issues);
}

/** A host that has its components elsewhere never needs the reader of files. */
async function readText(file: string): Promise<ComponentText> {
  return (await import('./component-text.js')).ComponentText.read(file);
}
