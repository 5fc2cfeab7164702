import { realProcess } from './process-guard.js';

type Descriptors = ReadonlyMap<PropertyKey, PropertyDescriptor>;

/** Objects of the language that every module of a process shares. */
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
};
const PROTOTYPES = Object.fromEntries(
  [Object, Array, Function, String, Number, Boolean, Promise, Map, Set, Date, RegExp, Error].map((type) => [
    `${type.name}.prototype`,
    type.prototype as object,
  ]),
);
/** Of the global object only these: others are made when they are first asked for. */
const GLOBALS: readonly string[] = [
  ...Object.keys(SHARED),
  'Error',
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
  'URL',
  'Buffer',
];

/** The process as it was: prototypes, built-in functions, globals, environment, working directory, exit code and listeners. */
export interface ProcessState {
  /** What is otherwise by now, by name: `Array.prototype.last`. Listeners that were added are not told. */
  readonly changes: () => readonly string[];
  /** Puts it back. Listeners that were added stay: they may be a library's own. */
  readonly restore: () => void;
}

export function takeProcessState(): ProcessState {
  const watched = Object.entries<object>({ ...SHARED, ...PROTOTYPES, console }).map(([name, owner]) => ({
    name,
    owner,
    before: descriptorsOf(owner, Reflect.ownKeys(owner)),
  }));
  // Read once: some are made when they are first asked for.
  for (const name of GLOBALS) Reflect.get(globalThis, name);
  watched.push({ name: 'globalThis', owner: globalThis, before: descriptorsOf(globalThis, GLOBALS) });
  const processes = [...new Set([realProcess, process])].map(ownState);
  return {
    changes: () => [
      ...watched.flatMap(({ name, owner, before }) =>
        changedKeys(owner, before).map((key) => `${name}.${String(key)}`),
      ),
      ...[...new Set(processes.flatMap(({ changes }) => changes()))].sort(),
    ],
    restore: () => {
      for (const { owner, before } of watched) {
        for (const key of changedKeys(owner, before)) putBack(owner, key, before.get(key));
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
      ...removed().map(([name]) => `a listener of process for ${String(name)}`),
    ],
    restore: () => {
      for (const name of Object.keys(held.env)) if (!(name in environment)) delete held.env[name];
      Object.assign(held.env, environment);
      if (held.cwd() !== folder) held.chdir(folder);
      held.exitCode = exitCode;
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

function changedKeys(owner: object, before: Descriptors): readonly PropertyKey[] {
  const keys = owner === globalThis ? [...before.keys()] : [...new Set([...before.keys(), ...Reflect.ownKeys(owner)])];
  return keys.filter((key) => !isSame(before.get(key), Object.getOwnPropertyDescriptor(owner, key)));
}

function isSame(before: PropertyDescriptor | undefined, now: PropertyDescriptor | undefined): boolean {
  return (
    before !== undefined &&
    now !== undefined &&
    Object.is(before.value, now.value) &&
    before.get === now.get &&
    before.set === now.set
  );
}

/** What was made so that nobody can change it stays. */
function putBack(owner: object, key: PropertyKey, before: PropertyDescriptor | undefined): void {
  if (before === undefined) Reflect.deleteProperty(owner, key);
  else Reflect.defineProperty(owner, key, before);
}
