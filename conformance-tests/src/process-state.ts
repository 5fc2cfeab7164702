import https from 'node:https';
import tls from 'node:tls';
import { realProcess } from './process-guard.js';

type Descriptors = ReadonlyMap<PropertyKey, PropertyDescriptor>;

/** Objects of the language that every module of a process shares; not `Reflect`, to which reflect-metadata adds what decorators need. */
const SHARED: Readonly<Record<string, object>> = {
  Object,
  Array,
  Function,
  String,
  Number,
  Boolean,
  Promise,
  Map,
  Set,
  Date,
  RegExp,
  JSON,
  Math,
  Symbol,
  Error,
  URL,
};
/** What every class of bytes inherits from; it has no name of its own. */
const TypedArray = Object.getPrototypeOf(Uint8Array) as typeof Uint8Array;
/** What decides over the certificates of every connection of the process. */
const TLS: readonly string[] = ['checkServerIdentity', 'DEFAULT_MIN_VERSION', 'DEFAULT_MAX_VERSION', 'DEFAULT_CIPHERS'];
const PROTOTYPES = Object.fromEntries(
  [
    ...[Object, Array, Function, String, Number, Boolean, Symbol, Promise, Map, Set, Date, RegExp, Error, URL],
    ...[TypedArray, Uint8Array],
  ].map((type) => [`${type.name}.prototype`, type.prototype as object]),
);
/** Of the global object only these: others are made when they are first asked for. */
const GLOBALS: readonly string[] = [
  ...Object.keys(SHARED),
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
  'structuredClone',
  'AbortController',
  'AbortSignal',
  'Buffer',
];
/** Where undici keeps the dispatcher of `fetch`. Source: undici, `lib/global.js`. */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1');
/** Functions of the process that a plugin might put its own in the place of. */
const CALLS: readonly string[] = ['emitWarning', 'nextTick', 'hrtime', 'exit', 'kill', 'abort'];

interface Watched {
  readonly name: string;
  readonly owner: object;
  readonly before: Descriptors;
  /** These only. */
  readonly keys?: readonly PropertyKey[];
}

/** The process as it was: prototypes, built-in functions, globals, TLS, environment, working directory, exit code and listeners. */
export interface ProcessState {
  /** What is otherwise by now, by name: `Array.prototype.last`. Listeners that were added are not told, nor globals whose names begin with two underscores: they may be a library's own. */
  readonly changes: () => readonly string[];
  /** Puts it back; listeners and globals that were added stay. */
  readonly restore: () => void;
}

export function takeProcessState(): ProcessState {
  const whole = { ...SHARED, ...PROTOTYPES, console, 'https.globalAgent.options': https.globalAgent.options };
  const watched: Watched[] = Object.entries<object>(whole).map(([name, owner]) => ({
    name,
    owner,
    before: descriptorsOf(owner, Reflect.ownKeys(owner)),
  }));
  // Read once: some are made when they are first asked for.
  for (const name of GLOBALS) Reflect.get(globalThis, name);
  for (const [name, owner, keys] of [
    ['globalThis', globalThis, [...GLOBALS, DISPATCHER]],
    ['tls', tls, TLS],
  ] as const)
    watched.push({ name, owner, keys, before: descriptorsOf(owner, keys) });
  const globals = new Set(Object.keys(globalThis));
  const processes = [...new Set([realProcess, process])].map(ownState);
  return {
    changes: () => [
      ...watched.flatMap(({ name, owner, before, keys }) =>
        changedKeys(owner, before, keys).map((key) => `${name}.${String(key)}`),
      ),
      ...Object.keys(globalThis)
        .filter((name) => !globals.has(name) && !name.startsWith('__'))
        .map((name) => `globalThis.${name}`),
      ...[...new Set(processes.flatMap(({ changes }) => changes()))].sort(),
    ],
    restore: () => {
      for (const { owner, before, keys } of watched) {
        for (const key of changedKeys(owner, before, keys)) putBack(owner, key, before.get(key));
      }
      for (const { restore } of processes) restore();
    },
  };
}

/** What belongs to the process object; a test runner may give its modules one of their own. */
function ownState(held: NodeJS.Process): ProcessState {
  const environment = { ...held.env };
  const folder = held.cwd();
  const { exitCode } = held;
  const calls = descriptorsOf(held, CALLS);
  const changedCalls = () =>
    CALLS.filter((name) => !isSame(calls.get(name), Object.getOwnPropertyDescriptor(held, name)));
  const listeners = held.eventNames().map((name) => [name, held.rawListeners(name)] as const);
  const removed = () =>
    listeners.flatMap(([name, before]) =>
      before.filter((one) => !held.rawListeners(name).includes(one)).map((one) => [name, one] as const),
    );
  return {
    changes: () => [
      // Names only: a value may be a secret.
      ...Object.keys({ ...environment, ...held.env })
        .filter((name) => held.env[name] !== environment[name])
        .map((name) => `process.env.${name}`),
      ...(held.cwd() === folder ? [] : ['process.cwd()']),
      ...(held.exitCode === exitCode ? [] : ['process.exitCode']),
      ...changedCalls().map((name) => `process.${name}`),
      ...removed().map(([name]) => `a listener of process for ${String(name)}`),
    ],
    restore: () => {
      for (const name of Object.keys(held.env)) if (!(name in environment)) delete held.env[name];
      Object.assign(held.env, environment);
      if (held.cwd() !== folder) held.chdir(folder);
      held.exitCode = exitCode;
      for (const name of changedCalls()) putBack(held, name, calls.get(name));
      for (const [name, one] of removed()) held.on(name as 'exit', one as () => void);
    },
  };
}

/** How many listen to each event of the process, or of the copy that a test runner gives its modules. */
export function listenerCounts(): ReadonlyMap<string | symbol, number> {
  const counts = new Map<string | symbol, number>();
  for (const held of new Set([realProcess, process]))
    for (const name of held.eventNames()) counts.set(name, (counts.get(name) ?? 0) + held.listenerCount(name));
  return counts;
}

/** The events of the process that more listen to than `before`, named as in `ProcessState.changes`. */
export function addedListeners(before: ReturnType<typeof listenerCounts>): readonly string[] {
  const added = [...listenerCounts()].filter(([name, count]) => count > (before.get(name) ?? 0));
  return added.map(([name]) => `a listener of process for ${String(name)} that stayed`);
}

function descriptorsOf(owner: object, keys: readonly PropertyKey[]): Descriptors {
  const found = new Map<PropertyKey, PropertyDescriptor>();
  for (const key of keys) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) found.set(key, descriptor);
  }
  return found;
}

/** Without `keys`: of all that the owner has and had. */
function changedKeys(
  owner: object,
  before: Descriptors,
  keys: readonly PropertyKey[] = [...new Set([...before.keys(), ...Reflect.ownKeys(owner)])],
): readonly PropertyKey[] {
  return keys.filter((key) => !isSame(before.get(key), Object.getOwnPropertyDescriptor(owner, key)));
}

function isSame(before: PropertyDescriptor | undefined, now: PropertyDescriptor | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  return Object.is(before.value, now.value) && before.get === now.get && before.set === now.set;
}

/** What was made so that nobody can change it stays. */
function putBack(owner: object, key: PropertyKey, before: PropertyDescriptor | undefined): void {
  if (before === undefined) Reflect.deleteProperty(owner, key);
  else Reflect.defineProperty(owner, key, before);
}
