import type { ErrorInfo, Status } from '@connector-runtime/core';
import { EventEmitter } from 'eventemitter3';

/** What a host can listen to. For watching only: outcomes travel by pull. */
export interface LifecycleEvents {
  connectionOpened: { readonly plugin: string; readonly connectionId: string; readonly tookMs: number };
  connectionClosed: { readonly plugin: string; readonly connectionId: string };
  executionStarted: {
    readonly connectionId: string;
    readonly executionId: string;
    readonly operation: string;
    readonly objectType: string;
  };
  executionEnded: {
    readonly connectionId: string;
    readonly executionId: string;
    readonly counts: Readonly<Partial<Record<Status, number>>>;
    readonly outputs: number;
    readonly complete: boolean;
    readonly tookMs: number;
    readonly error?: ErrorInfo;
  };
  /** A request is about to be sent again after `waitMs`. `url` has no query. */
  requestRepeated: {
    readonly connectionId: string;
    readonly method: string;
    readonly url: string;
    /** The attempt that failed; counts from 1. */
    readonly attempt: number;
    readonly waitMs: number;
    readonly error: ErrorInfo;
  };
  /** What an operation logged as a warning, without secrets. */
  warning: { readonly connectionId: string; readonly executionId: string; readonly message: string };
}

export type LifecycleEventName = keyof LifecycleEvents;
export type LifecycleListener<Name extends LifecycleEventName> = (event: LifecycleEvents[Name]) => void;

/** The host's typed events. A listener that throws, or whose promise rejects, disturbs neither the runtime nor other listeners; `listenerFailed` hears of it. */
export class RuntimeEvents {
  private readonly emitter = new EventEmitter();

  constructor(private readonly listenerFailed: (name: LifecycleEventName, error: unknown) => void = () => undefined) {}

  on<Name extends LifecycleEventName>(name: Name, listener: LifecycleListener<Name>): void {
    this.emitter.on(name, listener);
  }

  off<Name extends LifecycleEventName>(name: Name, listener: LifecycleListener<Name>): void {
    this.emitter.off(name, listener);
  }

  emit<Name extends LifecycleEventName>(name: Name, event: LifecycleEvents[Name]): void {
    if (this.emitter.listenerCount(name) === 0) return;
    for (const listener of this.emitter.listeners(name)) {
      try {
        const returned: unknown = listener(event);
        Promise.resolve(returned).catch((error: unknown) => this.failed(name, error));
      } catch (error) {
        this.failed(name, error);
      }
    }
  }

  private failed(name: LifecycleEventName, error: unknown): void {
    try {
      this.listenerFailed(name, error);
    } catch {
      // Nobody is left to be told.
    }
  }
}
