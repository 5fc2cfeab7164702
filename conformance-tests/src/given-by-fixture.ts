import { isDeepStrictEqual } from 'node:util';
import { SubjectError } from './findings.js';
import type { Sample } from './subject.js';
import type { Trial } from './trial.js';
import type { TriedOperation } from './tried-operation.js';

/** What a fixture gave for one operation, as text that can be held against another world's. */
export interface Given {
  readonly good: readonly string[];
  readonly rows: readonly string[];
}

/** Keys and bodies of the documents, keys and fields of the rows; without the service's port, which is another each time. */
export function givenByFixture(
  trial: Trial,
  { fixture }: TriedOperation,
  samples: readonly Sample[],
  rows: readonly string[],
): Given {
  return {
    good: samples.map(({ key, body }) => withoutPort(`${key} ${Buffer.from(body).toString('latin1')}`, trial)),
    rows: rows.map((key) => withoutPort(`${key} ${JSON.stringify(fixture.rowData?.(key))}`, trial)),
  };
}

/** Throws a `SubjectError` where two worlds of one seed were not given the same: then what the plugin made of it differs too. */
export function expectSameGiven(first: Given | undefined, second: Given | undefined, operation: string): void {
  if (!isDeepStrictEqual(first?.good, second?.good))
    throw new SubjectError(
      `\`good\` of ${operation} gives other documents in a second service of the same seed; count keys in the fixture, and let the seed decide what chance would`,
    );
  if (!isDeepStrictEqual(first?.rows, second?.rows))
    throw new SubjectError(
      `\`seedRows\` of ${operation} makes other rows in a second service of the same seed; count keys in the fixture, and let the seed decide what chance would`,
    );
}

/** The text without the ports that the trial's configuration names. */
export function withoutPort(text: string, { fixture }: Trial): string {
  const ports = JSON.stringify(fixture.connections.valid).match(/:\d{4,5}\b/g) ?? [];
  return ports.reduce((shown, port) => shown.replaceAll(port, ':port'), text);
}
