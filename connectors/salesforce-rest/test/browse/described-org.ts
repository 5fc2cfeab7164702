import type { Json } from '@connector-runtime/core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { memoryPages, validateXML } from 'xmllint-wasm';
import { type RunningOrg, runOrg } from '../running-org.js';

/** An org, with the schemas that the plugin makes of what the org describes. */
export interface DescribedOrg extends RunningOrg {
  schemaOf(
    operation: string,
    role: 'input' | 'output',
    format: 'xsd' | 'json-schema',
    properties?: Json,
    objectType?: string,
  ): Promise<{ readonly root: string; readonly schema: string }>;
}

export async function runDescribedOrg(): Promise<DescribedOrg> {
  const running = await runOrg({ accounts: 60, childPageSize: 2 });
  return {
    ...running,
    async schemaOf(operation, role, format, properties = {}, objectType = 'Account') {
      const connection = await running.connect();
      return connection.describe({ operation, objectType, role, format, properties });
    },
  };
}

/** What xmllint has against documents by an XSD; empty where they are valid. */
export async function problemsOf(schema: string, documents: readonly string[]): Promise<readonly string[]> {
  const xml = documents.map((contents, index) => ({ fileName: `d${index}.xml`, contents }));
  const { errors } = await validateXML({ xml, schema, initialMemoryPages: 512, maxMemoryPages: memoryPages.max });
  return errors.map(({ message }) => message);
}

/** The same of the bodies that a run gave. */
export function problemsOfBodies(
  schema: string,
  given: readonly { readonly body?: unknown }[],
): Promise<readonly string[]> {
  return problemsOf(
    schema,
    given.map(({ body }) => String(body)),
  );
}

/** What ajv has against documents by a JSON Schema; empty where they are valid. */
export function problemsOfJson(schema: string, documents: readonly string[]): readonly string[] {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  const accepts = ajv.compile(JSON.parse(schema) as object);
  return documents.flatMap((text) => (accepts(JSON.parse(text)) ? [] : [`${ajv.errorsText(accepts.errors)}: ${text}`]));
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
