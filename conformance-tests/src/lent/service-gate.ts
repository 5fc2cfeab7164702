import type { Gate, SeenRequest, ServiceFault } from '../subject.js';
import type { LentClock } from './lent-clock.js';
import { type CarriedRequest, type Fault, Traffic } from './traffic.js';

/** A request that has arrived waits to its end, whoever left meanwhile. */
const NEVER = new AbortController().signal;

/** The suite's hold on the service of a plugin that has sockets of its own. */
export class ServiceGate extends Traffic {
  constructor(
    clock: () => LentClock,
    private readonly onArrived: (request: SeenRequest, fault: Fault['kind'] | undefined) => void,
  ) {
    super(clock);
  }

  /** Can the fixture bring it about? */
  static takes({ kind }: Fault): boolean {
    return kind === 'delay' || isOfService(kind);
  }

  readonly gate: Gate = (arrived, serve) =>
    this.underWay(async () => {
      const request: CarriedRequest = { ...arrived, atEpochMs: this.clock().now() };
      this.requests.push(request);
      const fault = this.faultFor(request);
      this.onArrived(request, fault?.kind);
      if (fault?.kind === 'delay') await this.wait(fault.ms, NEVER);
      await serve(fault !== undefined && isOfService(fault.kind) ? fault.kind : undefined);
    });
}

function isOfService(kind: Fault['kind']): kind is ServiceFault {
  return kind === 'refuse' || kind === 'lose' || kind === 'hang' || kind === 'cut';
}
