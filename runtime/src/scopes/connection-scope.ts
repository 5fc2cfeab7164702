import 'reflect-metadata';
import { ConnectorError, type ConnectorPlugin, type Constructor } from '@connector-runtime/core';
import { container, type DependencyContainer, type InjectionToken, injectable, Lifecycle } from 'tsyringe';

/**
 * One container per connection. The connection's class and the plugin's shared classes have one instance here, whoever asks first, until `close`;
 * every other class is made anew. The only place of the runtime that resolves.
 */
export class ConnectionScope {
  private readonly container: DependencyContainer = container.createChildContainer();
  private readonly made: { close?(): Promise<void> }[] = [];
  private readonly prepared = new Set<unknown>();

  /** `lent` are the services under the tokens of the contract. */
  constructor(plugin: ConnectorPlugin, lent: ReadonlyMap<InjectionToken, unknown>) {
    for (const [token, service] of lent) this.container.register(token, { useValue: service });
    this.share(plugin.connection);
    for (const shared of plugin.shared ?? []) {
      if (typeof shared === 'function') this.share(shared);
      else {
        this.share(shared[1]);
        this.container.register(shared[0], { useToken: shared[1] });
      }
    }
  }

  /** The instance of a shared class, or a new one of any other. Throws `PLUGIN_INVALID` (`contract`) where a constructor does not say what it needs. */
  resolve<T>(type: Constructor<T>): T {
    this.prepare(type);
    return this.container.resolve(type);
  }

  /** Closes what was made, the last made first; every one is asked, the first error is thrown. */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const instance of this.made.splice(0).reverse()) {
      try {
        await instance.close?.();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  private share(type: Constructor<unknown>): void {
    if (this.container.isRegistered(type)) return;
    this.prepare(type);
    this.container.register(type, { useClass: type }, { lifecycle: Lifecycle.Singleton });
    this.container.afterResolution(
      type,
      (_token, instance) => {
        this.made.push(instance as { close?(): Promise<void> });
      },
      { frequency: 'Once' },
    );
  }

  /** A plugin may have been decorated by a tsyringe of its own, whose classes this one does not know: the runtime's own `injectable()` makes them known, with all that they inject. */
  private prepare(type: unknown): void {
    if (typeof type !== 'function' || this.prepared.has(type)) return;
    this.prepared.add(type);
    injectable()(type as Constructor<unknown>);
    const tokens = (Reflect.getOwnMetadata('injectionTokens', type) ?? {}) as Record<string, unknown>;
    expectTokens(type as Constructor<unknown>, tokens);
    for (const token of Object.values(tokens)) this.prepare(classOf(token));
  }
}

/** Without a token, and without a class that the compiler has noted, a parameter would come as `undefined`. */
function expectTokens(type: Constructor<unknown>, tokens: Readonly<Record<string, unknown>>): void {
  const noted = (Reflect.getOwnMetadata('design:paramtypes', type) ?? []) as readonly unknown[];
  for (let index = 0; index < type.length; index += 1) {
    const isKnown = index in tokens || (noted[index] !== undefined && !NO_CLASSES.has(noted[index]));
    if (isKnown) continue;
    throw new ConnectorError({
      category: 'contract',
      code: 'PLUGIN_INVALID',
      message: `parameter ${index + 1} of the constructor of ${type.name} has no @inject(…)`,
      effect: 'none',
      retryable: false,
    });
  }
}

/** What a compiler notes of a parameter whose type is no class. */
const NO_CLASSES: ReadonlySet<unknown> = new Set([Object, String, Number, Boolean, Array, Function]);

/** `@inject(X)` leaves X, or `{ token: X, … }` where it was given options. */
function classOf(token: unknown): unknown {
  return typeof token === 'object' && token !== null && 'token' in token ? token.token : token;
}
