import type {
  Connection,
  ConnectorPlugin,
  Constructor,
  Document,
  Events,
  Operation,
  OperationEvent,
} from '@connector-runtime/core';

/** One run of an operation, as seen from outside the plugin. */
export interface ObservedRun {
  /** The operation has returned, thrown, or settled its `return()`. */
  hasEnded: boolean;
  /** The documents' iterator was closed by the operation, or read to its end. */
  hasClosedInput: boolean;
}

/** A call of one of the plugin's methods that give a promise; of those that give a stream, each step of it. */
export interface ObservedCall {
  readonly name: 'open' | 'test' | 'objectTypes' | 'describe' | 'fields';
  hasSettled: boolean;
}

/** What was seen of a plugin's classes. */
export interface Observations {
  readonly calls: ObservedCall[];
  readonly connections: Connection[];
  readonly runs: ObservedRun[];
}

/** The same plugin, with its connection's instances and its operations' runs kept; it behaves as before. Whoever injects the original connection class gets the watched one. */
export function observed(plugin: ConnectorPlugin): { readonly plugin: ConnectorPlugin; readonly seen: Observations } {
  const seen: Observations = { calls: [], connections: [], runs: [] };
  const connection = subclassOf(plugin.connection, (instance) => {
    seen.connections.push(instance);
    watchCalls(instance, ['open', 'test'], seen.calls);
  });
  const { browse } = plugin;
  const watchedBrowse =
    browse === undefined
      ? {}
      : {
          browse: async (properties: Parameters<typeof browse>[0]) =>
            subclassOf(await browse(properties), (instance) => {
              watchCalls(instance, ['describe'], seen.calls);
              watchStreams(instance, ['objectTypes', 'fields'], seen.calls);
            }),
        };
  const operations = Object.fromEntries(
    Object.entries(plugin.operations).map(([id, choose]) => [
      id,
      async (properties: Parameters<typeof choose>[0]) =>
        subclassOf((await choose(properties)) as Constructor<Operation>, (instance) => watchRuns(instance, seen.runs)),
    ]),
  );
  return {
    plugin: {
      ...plugin,
      ...watchedBrowse,
      connection,
      operations,
      shared: [...(plugin.shared ?? []), [plugin.connection, connection]],
    },
    seen,
  };
}

/** The same plugin, whose operations are made, and return at once. */
export function withIdleOperations(plugin: ConnectorPlugin): ConnectorPlugin {
  const operations = Object.fromEntries(
    Object.entries(plugin.operations).map(([id, choose]) => [
      id,
      async (properties: Parameters<typeof choose>[0]) =>
        subclassOf((await choose(properties)) as Constructor<Operation>, (instance) => {
          instance.execute = async function* none() {};
        }),
    ]),
  );
  return { ...plugin, operations };
}

function subclassOf<T>(Original: Constructor<T>, made: (instance: T) => void): Constructor<T> {
  const Base = Original as Constructor<object>;
  class Observed extends Base {
    // biome-ignore lint/suspicious/noExplicitAny: the shape that a mixin's constructor must have
    constructor(...args: any[]) {
      super(...args);
      made(this as unknown as T);
    }
  }
  for (const key of ['injectionTokens', 'design:paramtypes']) {
    const metadata: unknown = Reflect.getOwnMetadata(key, Original);
    if (metadata !== undefined) Reflect.defineMetadata(key, metadata, Observed);
  }
  return Observed as unknown as Constructor<T>;
}

function watchCalls<T extends object>(
  instance: T,
  names: readonly (ObservedCall['name'] & keyof T)[],
  calls: ObservedCall[],
): void {
  const methods = instance as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  for (const name of names) {
    const original = methods[name]?.bind(instance);
    if (original === undefined) continue;
    methods[name] = (...args) => watchedCall(name, calls, () => original(...args));
  }
}

function watchStreams<T extends object>(
  instance: T,
  names: readonly (ObservedCall['name'] & keyof T)[],
  calls: ObservedCall[],
): void {
  const methods = instance as unknown as Record<string, (...args: unknown[]) => AsyncIterable<unknown>>;
  for (const name of names) {
    const original = methods[name]?.bind(instance);
    if (original === undefined) continue;
    methods[name] = (...args) => {
      const stream = original(...args);
      return {
        [Symbol.asyncIterator]: () => {
          const iterator = stream[Symbol.asyncIterator]();
          return {
            next: () => watchedCall(name, calls, () => iterator.next()),
            return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
          };
        },
      };
    };
  }
}

function watchedCall<T>(name: ObservedCall['name'], calls: ObservedCall[], work: () => Promise<T>): Promise<T> {
  const call: ObservedCall = { name, hasSettled: false };
  calls.push(call);
  return work().finally(() => {
    call.hasSettled = true;
  });
}

function watchRuns(operation: Operation, runs: ObservedRun[]): void {
  const execute = operation.execute.bind(operation);
  operation.execute = (documents, context) => {
    const run: ObservedRun = { hasEnded: false, hasClosedInput: false };
    runs.push(run);
    return watchedEvents(execute(watchedDocuments(documents, run), context), run);
  };
}

function watchedDocuments(documents: AsyncIterable<Document>, run: ObservedRun): AsyncIterable<Document> {
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = documents[Symbol.asyncIterator]();
      return {
        next: async () => {
          const step = await iterator.next();
          if (step.done) run.hasClosedInput = true;
          return step;
        },
        return: async () => {
          run.hasClosedInput = true;
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

function watchedEvents(events: Events, run: ObservedRun): Events {
  return {
    [Symbol.asyncIterator]: () => {
      const iterator: AsyncIterator<OperationEvent | readonly OperationEvent[]> = events[Symbol.asyncIterator]();
      return {
        next: async () => {
          try {
            const step = await iterator.next();
            if (step.done) run.hasEnded = true;
            return step;
          } catch (error) {
            run.hasEnded = true;
            throw error;
          }
        },
        return: async () => {
          await iterator.return?.();
          run.hasEnded = true;
          return { done: true, value: undefined };
        },
      };
    },
  };
}
