import { SubjectError, Unproven } from './findings.js';
import { within } from './limits.js';
import type { Fixture, OperationFixture, Sample } from './subject.js';

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
  stop: 'required function',
} satisfies Readonly<Record<keyof Fixture, Kind>>;

const OPERATION = {
  objectType: 'value',
  properties: 'required value',
  pageRows: 'value',
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
  const guarded = guardedMembers(fixture, FIXTURE, 'the fixture', limitMs);
  const operations = Object.entries(guarded.operations).map(([key, operation]) => [
    key,
    guardedOperation(operation, key, limitMs),
  ]);
  return { ...guarded, operations: Object.fromEntries(operations) as Fixture['operations'] };
}

function guardedOperation(operation: OperationFixture, key: string, limitMs: number): OperationFixture {
  const guarded = guardedMembers(operation, OPERATION, `the fixture of ${key}`, limitMs);
  const bad = guarded.bad?.bind(guarded);
  return {
    ...guarded,
    good: (n) => distinct(guarded.good(n), n, `good(${n}) of ${key}`),
    ...(bad === undefined ? {} : { bad: (n) => distinct(bad(n), n, `bad(${n}) of ${key}`) }),
  };
}

function guardedMembers<T extends object>(
  owner: T,
  kinds: Readonly<Record<keyof T, Kind>>,
  what: string,
  limitMs: number,
): T {
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
  const told = (error: unknown) => (isOwn(error) ? error : new SubjectError(`${name} failed: ${String(error)}`));
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

function isOwn(error: unknown): error is Error {
  return error instanceof SubjectError || error instanceof Unproven;
}

function distinct(samples: readonly Sample[], n: number, name: string): readonly Sample[] {
  const keys = new Set(samples.map(({ key }) => key));
  if (samples.length === n && keys.size === n) return samples;
  throw new SubjectError(
    samples.length === n
      ? `${name} gives ${n} documents with ${keys.size} different keys; give each document a key of its own`
      : `${name} gives ${samples.length} documents; give as many as are asked for`,
  );
}
