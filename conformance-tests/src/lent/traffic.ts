import type { HttpHeaders } from '@connector-runtime/core';
import type { SeenRequest } from '../subject.js';
import type { LentClock } from './lent-clock.js';

/** What befalls a request. Where a plugin has sockets of its own, its service brings `refuse`, `lose`, `hang`, `cut` and `delay` about; the others only the lent transport can. */
export type Fault =
  /** Not sent, or not applied, and the plugin can know it: the connection is refused. */
  | { readonly kind: 'refuse'; readonly code?: 'ECONNREFUSED' | 'ENOTFOUND' | 'CERT_HAS_EXPIRED' }
  /** Sent and applied; the answer is lost. */
  | { readonly kind: 'lose' }
  /** Sent; the answer breaks off after so many bytes of its body. */
  | { readonly kind: 'cut'; readonly at: number }
  /** Sent; no answer ever comes. */
  | { readonly kind: 'hang' }
  /** Sent after a wait, by the lent clock. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Sent; the answer's body comes one byte every ten seconds. */
  | { readonly kind: 'slow body' }
  /** Sent; the answer has another body, as of a service that speaks of something else, and perhaps another status. */
  | { readonly kind: 'other body'; readonly status?: number; readonly body: string }
  /** The first that it meets is sent; its answer is given to every later one. */
  | { readonly kind: 'replay' }
  /** Sent; the answer's body comes one byte at a time. */
  | { readonly kind: 'split' }
  /** Not sent: answered in the service's place. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: HttpHeaders;
      readonly body?: string | AsyncIterable<Uint8Array>;
    };

/** A request that was sent, or would have been. */
export interface CarriedRequest extends SeenRequest {
  /** By the lent clock. */
  readonly atEpochMs: number;
}

/** Does the fault meet this request? Asked once for each, in the order they are sent. */
export type FaultAim = (request: SeenRequest) => boolean;

/** What goes between a plugin and its service: every request is kept, those under way are counted, and faults befall those they are aimed at. */
export abstract class Traffic<Request extends CarriedRequest = CarriedRequest> {
  readonly requests: Request[] = [];
  /** The most requests that were under way at once. */
  mostInFlight = 0;
  private inFlight = 0;
  private waiting = 0;
  private movements = 0;
  private readonly faults: { readonly fault: Fault; readonly aim: FaultAim; readonly onMet: () => void }[] = [];

  /** `clock` is asked for when the first wait comes: it needs to know of the traffic itself. */
  constructor(protected readonly clock: () => LentClock) {}

  /** Requests under way, those that hang among them. */
  get inFlightNow(): number {
    return this.inFlight;
  }

  /** Is a request under way that waits for nothing but its answer? */
  get isBusy(): boolean {
    return this.inFlight > this.waiting;
  }

  /** Grows with each request that comes or goes. */
  get movementsSoFar(): number {
    return this.movements;
  }

  /** `onMet` is called each time the fault meets a request, before anything else becomes of it. */
  addFault(fault: Fault, aim: FaultAim, onMet: () => void = () => undefined): void {
    this.faults.push({ fault, aim, onMet });
  }

  clearFaults(): void {
    this.faults.length = 0;
  }

  /** Every aim is asked, for each counts for itself; the first fault that was set wins. */
  protected faultFor(request: SeenRequest): Fault | undefined {
    const met = this.faults.filter(({ aim }) => aim(request))[0];
    met?.onMet();
    return met?.fault;
  }

  /** Counts a request as under way until the work is done. */
  protected async underWay<T>(work: () => Promise<T>): Promise<T> {
    this.inFlight += 1;
    this.movements += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      return await work();
    } finally {
      this.inFlight -= 1;
      this.movements += 1;
    }
  }

  /** A wait of a request that is under way, by the lent clock; rejects with the signal's reason. */
  protected async wait(ms: number, signal: AbortSignal): Promise<void> {
    this.waiting += 1;
    try {
      await this.clock().sleep(ms, signal);
    } finally {
      this.waiting -= 1;
    }
  }
}
