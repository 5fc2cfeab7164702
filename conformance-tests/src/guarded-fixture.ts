import type { Json } from '@connector-runtime/core';
import { isA, nameOf, SubjectError, Unproven } from './findings.js';
import { within } from './limits.js';
import { dataOf, hasLostSurrogates } from './samples.js';
import type { Fixture, LedgerEntry, OperationFixture, Sample } from './subject.js';

type Kind = 'function' | 'required function' | 'value' | 'required value';

const FIXTURE = {
  connections: 'required value',
  secrets: 'required value',
  acceptCredentials: 'required function',
  operations: 'required value',
  useGate: 'function',
  ledger: 'required function',
  seedRows: 'function',
  seedObjectTypes: 'function',
  stallJob: 'function',
  expireSession: 'function',
  isLogin: 'function',
  hasSessions: 'value',
  canary: 'function',
  stop: 'required function',
} satisfies Readonly<Record<keyof Fixture, Kind>>;

const OPERATION = {
  objectType: 'value',
  properties: 'required value',
  pageRows: 'value',
  looksUp: 'value',
  dynamic: 'value',
  good: 'required function',
  bad: 'function',
  withText: 'function',
  withNumber: 'function',
  withDate: 'function',
  withNulls: 'function',
  sized: 'function',
  rowData: 'function',
  hostile: 'value',
  atomic: 'value',
  itemsIn: 'function',
  keyOf: 'required function',
  isWrite: 'required function',
} satisfies Readonly<Record<keyof OperationFixture, Kind>>;

/**
 * The same fixture, whose own faults are a `SubjectError` that names the member: what it lacks, what it throws, what does not end within the limit,
 * and a `good` or `bad` that does not give as many distinct documents as were asked for.
 */
export function guardedFixture(fixture: Fixture, limitMs: number): Fixture {
  try {
    return guardedWhole(fixture, limitMs);
  } catch (error) {
    throw toldOf('the fixture', error);
  }
}

function guardedWhole(fixture: Fixture, limitMs: number): Fixture {
  const guarded = guardedMembers(fixture, FIXTURE, 'the fixture', limitMs);
  expectConnections(guarded.connections);
  if (!Array.isArray(guarded.secrets) || !guarded.secrets.every(isText))
    throw new SubjectError('`secrets` of the fixture must be a list of JSON Pointers, such as ["/password"]');
  if (guarded.secrets.length > 0 && guarded.connections.wrongCredential === undefined)
    throw new SubjectError('the fixture has `secrets`; add connections.wrongCredential, which the service refuses');
  const operations = Object.entries(guarded.operations).map(([key, operation]) => [
    key,
    guardedOperation(operation, key, limitMs),
  ]);
  const ledger = async () => {
    const entries = await guarded.ledger();
    if (!Array.isArray(entries) || !entries.every((entry) => isText((entry as Partial<LedgerEntry> | null)?.key)))
      throw new SubjectError('`ledger` of the fixture must give a list of entries, each with its `key`');
    return entries;
  };
  return { ...guarded, ledger, operations: Object.fromEntries(operations) as Fixture['operations'] };
}

function expectConnections({ valid, minimal, wrongCredential, unreachable, invalid }: Fixture['connections']): void {
  const optional = ['minimal', 'wrongCredential'];
  for (const [name, properties] of Object.entries({ valid, minimal, wrongCredential, unreachable }))
    if (!isObject(properties) && (!optional.includes(name) || properties !== undefined))
      throw new SubjectError(`connections.${name} of the fixture must be an object of properties`);
  if (!Array.isArray(invalid) || !invalid.every(isInvalidConnection))
    throw new SubjectError(
      'connections.invalid of the fixture must be a list of `name`, `properties` and `path`, a JSON Pointer such as /url',
    );
}

function isInvalidConnection(one: unknown): boolean {
  const { name, path } = (one ?? {}) as Readonly<Record<string, unknown>>;
  return isText(name) && isText(path) && (path === '' || path.startsWith('/'));
}

/** What members give is held against what they were asked for. */
const HELD: Partial<
  Readonly<Record<keyof OperationFixture, (made: never, asked: never, name: string, key: string) => unknown>>
> = {
  good: distinct,
  bad: distinct,
  withText: (sample: Sample, text: string, name, key) => holding(soundSample(sample, name, key), text, name, key),
  withNumber: (sample: Sample, _, name, key) => soundSample(sample, name, key),
  withDate: (sample: Sample, _, name, key) => soundSample(sample, name, key),
  withNulls: (sample: Sample, _, name, key) => soundSample(sample, name, key),
  sized: (sample: Sample, bytes: number, name, key) => ofSize(soundSample(sample, name, key), bytes, name, key),
  rowData: (fields: Readonly<Record<string, Json>>, _, name, key) => {
    const number = Object.entries(fields).find(([, value]) => typeof value === 'number');
    if (number === undefined) return fields;
    throw new SubjectError(
      `${name} of ${key} gives ${number[0]} as a number, which may have lost digits; give its text`,
    );
  },
  itemsIn: (items: number, _, name, key) => {
    if (Number.isSafeInteger(items) && items >= 0) return items;
    throw new SubjectError(`${name} of ${key} gives ${String(items)}, which is no number of documents`);
  },
};

function guardedOperation(operation: OperationFixture, key: string, limitMs: number): OperationFixture {
  const guarded = guardedMembers(operation, OPERATION, `the fixture of ${key}`, limitMs);
  const whole: Record<string, unknown> = { ...guarded };
  for (const [name, hold] of Object.entries(HELD)) {
    const give = whole[name] as ((...given: unknown[]) => never) | undefined;
    if (give !== undefined) whole[name] = (...given: never[]) => hold(give(...given), given[0] as never, name, key);
  }
  return whole as unknown as OperationFixture;
}

function guardedMembers<T extends object>(
  owner: T,
  kinds: Readonly<Record<keyof T, Kind>>,
  what: string,
  limitMs: number,
): T {
  if (!isObject(owner)) throw new SubjectError(`${what} is no object`);
  const members: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries<Kind>(kinds)) {
    const member = (owner as Readonly<Record<string, unknown>>)[name];
    const isFunction = kind.endsWith('function');
    if (member === undefined && !kind.startsWith('required')) continue;
    if (isFunction !== (typeof member === 'function') || member === undefined || member === null)
      throw new SubjectError(`${what} has no ${isFunction ? 'function ' : ''}\`${name}\``);
    const call = member as (...args: readonly unknown[]) => unknown;
    members[name] = isFunction
      ? guardedFunction((...args) => call.apply(owner, [...args]), `\`${name}\` of ${what}`, limitMs)
      : member;
  }
  return members as T;
}

/** What the author's own code throws is no failure of the plugin. */
function guardedFunction(call: (...args: readonly unknown[]) => unknown, name: string, limitMs: number) {
  const told = (error: unknown) => toldOf(name, error);
  return (...args: readonly unknown[]): unknown => {
    try {
      const given = call(...args);
      return given instanceof Promise
        ? within(limitMs, () => given).catch((error: unknown) => Promise.reject(told(error)))
        : given;
    } catch (error) {
      throw told(error);
    }
  };
}

function toldOf(name: string, error: unknown): Error {
  return isA(error, SubjectError) || isA(error, Unproven)
    ? error
    : new SubjectError(`${name} failed: ${nameOf(error)}`);
}

function distinct(samples: readonly Sample[], n: number, name: string, key: string): readonly Sample[] {
  const what = `${name}(${n}) of ${key}`;
  if (!Array.isArray(samples)) throw new SubjectError(`${what} gives no list of documents`);
  for (const sample of samples) soundSample(sample, `${name}(${n})`, key);
  const keys = new Set(samples.map((sample: Sample) => sample.key));
  if (samples.length === n && keys.size === n) return samples;
  throw new SubjectError(
    samples.length === n
      ? `${what} gives ${n} documents with ${keys.size} different keys; give each document a key of its own`
      : `${what} gives ${samples.length} documents; give as many as are asked for`,
  );
}

/** Where the fields are known, the text stands in one of them. */
function holding(sample: Sample, text: string, name: string, key: string): Sample {
  const data = dataOf(sample);
  if (data === undefined || holdsText(data, text) || hasLostSurrogates(sample, text)) return sample;
  throw new SubjectError(
    `${name} of ${key} gives a document whose fields do not hold the text ${JSON.stringify(text)}`,
  );
}

function holdsText(value: Json, text: string): boolean {
  if (typeof value === 'string') return value.includes(text);
  return isObject(value) && Object.values(value).some((part: Json) => holdsText(part, text));
}

function ofSize(sample: Sample, bytes: number, name: string, key: string): Sample {
  if (sample.body.byteLength === bytes) return sample;
  throw new SubjectError(
    `${name} of ${key} gives a body of ${sample.body.byteLength} bytes where ${bytes} are asked for`,
  );
}

function soundSample(sample: Sample, name: string, key: string): Sample {
  const { key: own, mediaType, body } = (sample ?? {}) as Partial<Sample>;
  if (!isText(own) || !isText(mediaType) || !ArrayBuffer.isView(body))
    throw new SubjectError(
      `${name} of ${key} gives what is no document; it needs \`key\` and \`mediaType\`, texts, and \`body\`, bytes`,
    );
  return sample;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
