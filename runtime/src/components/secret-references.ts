import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConnectorError, type Json } from '@connector-runtime/core';
import { pointerSegment } from './config-issue.js';

/** Gives the text behind a reference that is neither `env:` nor `file:`, such as "vault:crm/password". A host lends it; it throws for what it does not know. */
export type SecretResolver = (reference: string) => string | Promise<string>;

/** A reference whose text could not be had. */
export interface UnreadableSecret {
  /** JSON pointer to the reference. */
  readonly pointer: string;
  /** "secret env:SF_PASSWORD is not set in the environment" */
  readonly message: string;
  readonly cause?: unknown;
}

/**
 * Replaces every `{"$secret": "<reference>"}` by its text: `env:NAME`, `file:path` (relative to `folder`; one line end at its end is dropped), else the host's resolver.
 * Throws `SECRET_UNREADABLE` (`config`) with the JSON pointer and the reference, never the text.
 */
export async function resolveSecrets(
  value: Json,
  folder: string,
  resolver: SecretResolver | undefined,
  found: (text: string) => void,
): Promise<Json> {
  const { resolved, unreadable } = await readSecrets(value, folder, resolver, found);
  const [first] = unreadable;
  if (first === undefined) return resolved;
  const { pointer, message, cause } = first;
  throw new ConnectorError(
    {
      category: 'config',
      code: 'SECRET_UNREADABLE',
      message: `${pointer}: ${message}`,
      effect: 'none',
      retryable: false,
      path: pointer,
    },
    { cause },
  );
}

/** As {@link resolveSecrets}, with all that cannot be read; an empty text stands in their place. */
export async function readSecrets(
  value: Json,
  folder: string,
  resolver: SecretResolver | undefined,
  found: (text: string) => void,
): Promise<{ readonly resolved: Json; readonly unreadable: readonly UnreadableSecret[] }> {
  const unreadable: UnreadableSecret[] = [];
  const readOne = async (reference: string, pointer: string): Promise<string> => {
    try {
      const text = await read(reference, folder, resolver);
      found(text);
      return text;
    } catch (error) {
      const { message, cause } = error as Error;
      unreadable.push({ pointer, message: `secret ${reference} ${message}`, cause });
      return '';
    }
  };
  return { resolved: await replaced(value, '', readOne), unreadable };
}

async function replaced(
  value: Json,
  pointer: string,
  readOne: (reference: string, pointer: string) => Promise<string>,
): Promise<Json> {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return Promise.all(value.map((part, index) => replaced(part, `${pointer}/${index}`, readOne)));
  const record = value as { readonly [key: string]: Json };
  const reference = record['$secret'];
  if (typeof reference === 'string' && Object.keys(record).length === 1) return readOne(reference, pointer);
  const resolved: Record<string, Json> = {};
  for (const [key, part] of Object.entries(record)) {
    const own = await replaced(part, `${pointer}/${pointerSegment(key)}`, readOne);
    Object.defineProperty(resolved, key, { value: own, enumerable: true, writable: true, configurable: true });
  }
  return resolved;
}

/** Throws what stands after "secret <reference>". */
async function read(reference: string, folder: string, resolver: SecretResolver | undefined): Promise<string> {
  if (reference.startsWith('env:')) {
    const text = process.env[reference.slice('env:'.length)];
    if (text === undefined || text === '') throw new Error('is not set in the environment');
    return text;
  }
  if (reference.startsWith('file:')) {
    try {
      const text = await readFile(path.resolve(folder, reference.slice('file:'.length)), 'utf8');
      return text.replace(/\r?\n$/, '');
    } catch (cause) {
      throw new Error(`cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})`, { cause });
    }
  }
  if (resolver === undefined) throw new Error('has no resolver: use env:NAME or file:path, or lend a secretResolver');
  try {
    return await resolver(reference);
  } catch (cause) {
    throw new Error('was refused by the resolver', { cause });
  }
}
