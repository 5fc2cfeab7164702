import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConnectorError, type Json } from '@connector-runtime/core';

/** Gives the text behind a reference that is neither `env:` nor `file:`, such as "vault:crm/password". A host lends it; it throws for what it does not know. */
export type SecretResolver = (reference: string) => string | Promise<string>;

/**
 * Replaces every `{"$secret": "<reference>"}` by its text: `env:NAME`, `file:path` (relative to `folder`; one line end at its end is dropped), else the host's resolver.
 * Throws `SECRET_UNREADABLE` (`config`) with the JSON pointer and the reference, never the text.
 */
export async function resolveSecrets(
  value: Json,
  folder: string,
  resolver: SecretResolver | undefined,
  found: (text: string) => void,
  pointer = '',
): Promise<Json> {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return Promise.all(
      value.map((part, index) => resolveSecrets(part, folder, resolver, found, `${pointer}/${index}`)),
    );
  }
  const record = value as { readonly [key: string]: Json };
  const reference = record['$secret'];
  if (typeof reference === 'string' && Object.keys(record).length === 1) {
    const text = await read(reference, folder, resolver, pointer);
    found(text);
    return text;
  }
  const resolved: Record<string, Json> = {};
  for (const [key, part] of Object.entries(record)) {
    const own = await resolveSecrets(part, folder, resolver, found, `${pointer}/${key}`);
    Object.defineProperty(resolved, key, { value: own, enumerable: true, writable: true, configurable: true });
  }
  return resolved;
}

async function read(
  reference: string,
  folder: string,
  resolver: SecretResolver | undefined,
  pointer: string,
): Promise<string> {
  const unreadable = (why: string, cause?: unknown) =>
    new ConnectorError(
      {
        category: 'config',
        code: 'SECRET_UNREADABLE',
        message: `${pointer}: secret ${reference} ${why}`,
        effect: 'none',
        retryable: false,
        path: pointer,
      },
      { cause },
    );
  if (reference.startsWith('env:')) {
    const text = process.env[reference.slice('env:'.length)];
    if (text === undefined || text === '') throw unreadable('is not set in the environment');
    return text;
  }
  if (reference.startsWith('file:')) {
    try {
      const text = await readFile(path.resolve(folder, reference.slice('file:'.length)), 'utf8');
      return text.replace(/\r?\n$/, '');
    } catch (error) {
      throw unreadable(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`, error);
    }
  }
  if (resolver === undefined) throw unreadable('has no resolver: use env:NAME or file:path, or lend a secretResolver');
  try {
    return await resolver(reference);
  } catch (error) {
    throw unreadable('was refused by the resolver', error);
  }
}
