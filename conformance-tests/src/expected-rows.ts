import { isDeepStrictEqual } from 'node:util';
import type { Json, OutputEvent } from '@connector-runtime/core';
import { textOf } from './events.js';
import { expectThat, SubjectError } from './findings.js';
import type { TriedOperation } from './tried-operation.js';

/** Every row that is there, once, with its fields where the fixture tells them. */
export async function expectRows(
  { key: operation, fixture }: TriedOperation,
  there: readonly string[],
  outputs: readonly OutputEvent[],
  did: string,
): Promise<void> {
  const given = new Map(outputs.map((output) => [fixture.keyOf(output) ?? 'an output without a key', output]));
  if (there.length > 0 && outputs.length === there.length && !there.some((key) => given.has(key)))
    throw new SubjectError(
      `\`keyOf\` of ${operation} names none of the ${there.length} rows of \`seedRows\` (but ${[...given.keys()].slice(0, 3).join(', ')}): of an output it must give the row's key; or the plugin reads other rows`,
    );
  const missing = there.filter((key) => !given.has(key));
  expectThat(
    missing.length === 0,
    'every key',
    `${missing.length} missing: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', …' : ''}`,
    did,
    operation,
  );
  expectThat(outputs.length === there.length, `${there.length} outputs`, outputs.length, did, operation);
  for (const [key, { body }] of given) {
    const text = body === undefined ? '' : await textOf(body);
    const lost = Object.entries(fixture.rowData?.(key) ?? {}).filter(([name, value]) => !saysField(text, name, value));
    expectThat(
      lost.length === 0,
      'every field as it is there',
      `${key}: ${lost.map(([name]) => name).join(', ')} not so`,
      did,
      operation,
    );
  }
}

/** Does the row say the field? Of a row that is no JSON object: does the value stand in it? */
function saysField(text: string, name: string, value: Json): boolean {
  try {
    JSON.parse(text);
    const fields = JSON.parse(withNumbersAsTexts(text)) as Json;
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields))
      return isDeepStrictEqual((fields as Readonly<Record<string, Json>>)[name], value);
  } catch {
    // another format
  }
  return text.includes(typeof value === 'string' ? value : JSON.stringify(value));
}

/** The same JSON with each number between quotation marks: read as numbers they would lose digits. */
function withNumbersAsTexts(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*/g, (token) => (token.startsWith('"') ? token : `"${token}"`));
}
