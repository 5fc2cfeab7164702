import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { ConnectorError, type Json } from '@connector-runtime/core';
import { nearestName } from '@connector-runtime/core/authoring';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { type ConfigIssue, configInvalid } from './config-issue.js';

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

const HTTP_KEYS: KeyTypes = {
  proxy: 'string',
  noProxy: 'string',
  caFile: 'string',
  certFile: 'string',
  keyFile: 'string',
  connectTimeoutMs: 'delay',
  headersTimeoutMs: 'delay',
  bodyIdleTimeoutMs: 'delay',
};

/** Node.js takes a longer delay for 1 ms. Source: Node.js documentation, "Timers", `setTimeout`. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** A delay is an integer of milliseconds, from 1. */
type KeyType = 'string' | 'number' | 'delay' | 'object';
type KeyTypes = Readonly<Record<string, KeyType>>;
const CONNECTION_KEYS: KeyTypes = {
  $schema: 'string',
  plugin: 'string',
  configVersion: 'number',
  properties: 'object',
  http: 'object',
};
const OPERATION_KEYS: KeyTypes = {
  $schema: 'string',
  connection: 'string',
  operation: 'string',
  objectType: 'string',
  properties: 'object',
};

/** Reads JSON with comments. Throws `COMPONENT_UNREADABLE` (`config`) with file, line and column. */
export async function readJsonc(file: string): Promise<Json> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`, error);
  }
  const errors: ParseError[] = [];
  const value = parse(text, errors, { allowTrailingComma: true, disallowComments: false }) as Json;
  const first = errors[0];
  if (first !== undefined) {
    const before = text.slice(0, first.offset).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw unreadable(file, `${place}: ${printParseErrorCode(first.error)}`);
  }
  return value;
}

/** Is this file's content an operation component? It names an operation, a connection a plugin. */
export function isOperationComponent(value: Json): boolean {
  return typeof value === 'object' && value !== null && 'operation' in value;
}

/** Reads a connection's file; its id is the file's real path. */
export async function readConnectionComponent(
  file: string,
): Promise<ConnectionComponent & { readonly id: string; readonly folder: string }> {
  const record = checkKeys(file, await readJsonc(file), CONNECTION_KEYS, ['plugin', 'properties']);
  const { $schema: _, ...component } = record;
  return {
    ...(component as unknown as ConnectionComponent),
    id: await realpath(file),
    folder: path.dirname(path.resolve(file)),
  };
}

/** Reads an operation's file; `connection` becomes an absolute path. */
export async function readOperationComponent(file: string): Promise<OperationComponent> {
  const {
    $schema: _,
    connection,
    ...record
  } = checkKeys(file, await readJsonc(file), OPERATION_KEYS, ['operation', 'properties']);
  const component = { ...record, folder: path.dirname(path.resolve(file)) } as unknown as OperationComponent;
  return connection === undefined
    ? component
    : { ...component, connection: path.resolve(path.dirname(file), connection as string) };
}

/** Checks the runtime's own part of a connection. `redact` strikes secrets out of the values that issues show. */
export function checkHttpComponent(http: Json, redact: (text: string) => string): HttpComponent {
  const issues = keyIssues(http, HTTP_KEYS, [], '/http').map((issue) => ({ ...issue, message: redact(issue.message) }));
  if (issues.length > 0) throw configInvalid("the connection's http", issues);
  return http as HttpComponent;
}

function checkKeys(file: string, value: Json, keys: KeyTypes, required: readonly string[]): Record<string, Json> {
  const issues = keyIssues(value, keys, required, '');
  if (issues.length > 0) throw configInvalid(file, issues);
  return value as Record<string, Json>;
}

function keyIssues(value: Json, keys: KeyTypes, required: readonly string[], at: string): ConfigIssue[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ path: at, rule: 'type', message: `must be an object, got ${JSON.stringify(value)}` }];
  }
  const issues: ConfigIssue[] = [];
  for (const [key, part] of Object.entries(value)) {
    const type = Object.hasOwn(keys, key) ? keys[key] : undefined;
    const path = `${at}/${key}`;
    if (type === undefined) {
      const nearest = nearestName(key, Object.keys(keys));
      issues.push({
        path,
        rule: 'additionalProperties',
        message: `is not a known property${nearest ? `; did you mean ${nearest}?` : ''}`,
      });
    } else if (!isOfType(part, type)) {
      issues.push({
        path,
        rule: 'type',
        message: `must be ${KEY_TYPES[type]}, got ${JSON.stringify(part)}`,
      });
    }
  }
  for (const key of required)
    if (!Object.hasOwn(value, key)) issues.push({ path: `${at}/${key}`, rule: 'required', message: 'is missing' });
  return issues;
}

const KEY_TYPES: Readonly<Record<KeyType, string>> = {
  string: 'a string',
  number: 'a number',
  delay: `an integer from 1 to ${MAX_DELAY_MS}`,
  object: 'an object',
};

function isOfType(part: Json, type: KeyType): boolean {
  if (type === 'delay') return Number.isInteger(part) && (part as number) >= 1 && (part as number) <= MAX_DELAY_MS;
  return typeof part === type && part !== null && !Array.isArray(part);
}

function unreadable(file: string, why: string, cause?: unknown): ConnectorError {
  return new ConnectorError(
    { category: 'config', code: 'COMPONENT_UNREADABLE', message: `${file}: ${why}`, effect: 'none', retryable: false },
    { cause },
  );
}
