import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Described } from './describe.js';

/** A describe of an object, and the file that it was read from. */
export interface DescribeFile {
  readonly file: string;
  readonly name: string;
  readonly describe: Described;
  readonly fields: readonly DescribedField[];
}

/** An entry of `fields`. */
export type DescribedField = Described & { readonly name: string; readonly type: string };

/**
 * Reads describes as `GET sobjects/X/describe` gives them: each path is a JSON file, or a folder of which every `.json` is read, in
 * alphabetical order. Throws an `Error` that names the file, for one that is no describe, and for a second describe of one object.
 * Source: REST API Developer Guide, "sObject Describe".
 */
export function readDescribes(paths: readonly string[]): DescribeFile[] {
  const read = new Map<string, DescribeFile>();
  for (const file of paths.flatMap(filesOf)) {
    const describe = readDescribe(file);
    const other = read.get(describe.name.toLowerCase());
    if (other !== undefined) throw new Error(`${file}: ${other.file} describes ${describe.name} too`);
    read.set(describe.name.toLowerCase(), describe);
  }
  return [...read.values()];
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(path, name));
  if (files.length === 0) throw new Error(`${path}: no .json file in this folder`);
  return files;
}

function readDescribe(file: string): DescribeFile {
  const describe = parsed(file);
  if (!isObject(describe) || !isName(describe['name']) || !Array.isArray(describe['fields']))
    throw new Error(`${file}: not the describe of an object, which has "name" and "fields"`);
  const seen = new Set<string>();
  const fields = describe['fields'].map((entry: unknown, index): DescribedField => {
    if (!isObject(entry) || !isName(entry['name']) || typeof entry['type'] !== 'string')
      throw new Error(`${file}: fields[${index}] must have "name" and "type"`);
    const { name, type } = entry;
    if (seen.has(name.toLowerCase())) throw new Error(`${file}: field ${name} is there twice`);
    seen.add(name.toLowerCase());
    return { ...entry, name, type };
  });
  return { file, name: describe['name'], describe, fields };
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** True for a JSON object, lists not among them. */
export function isObject(value: unknown): value is Described {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z]\w*$/.test(value);
}
