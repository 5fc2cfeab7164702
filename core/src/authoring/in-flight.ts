import { ConnectorError, type ErrorInfo } from '../errors.js';
import type { Events, ExecutionContext, OperationEvent, ResultEvent } from '../operation.js';
import { errorInfoOf, statusOfError } from '../status.js';

/** So many units in a row that found the service away end the run; the rest would only load it further. */
const MAX_LOSSES_IN_A_ROW = 20;

/** What a unit of work came to. `info` is set where it ended by an error, thrown or in its results. */
interface Outcome {
  readonly events: readonly OperationEvent[];
  readonly info?: ErrorInfo;
}

/** A unit that was taken and is not yet handed on. */
interface Slot {
  outcome?: Outcome;
}

/**
 * Takes units one by one, has up to `context.maxInFlight` of them worked on at once, and yields what they came to: in the order taken where the operation declares `order: 'input'`.
 * After an abort nothing that is settled waits for a unit before it: that one may hang until the operation's time to stop is over.
 * Never holds more than `maxInFlight` units. `idsOf` names the documents of a unit, which share the result if `run` throws.
 *
 * An error that every further unit would meet too (auth, quota, config, and a service that stays away) stops the taking; it is thrown when all that is under way has been handed on.
 */
export async function* runInFlight<U, P>(
  units: AsyncIterable<U>,
  context: ExecutionContext<P>,
  idsOf: (unit: U) => readonly string[],
  run: (unit: U) => Promise<readonly OperationEvent[]>,
): Events {
  const input = units[Symbol.asyncIterator]();
  const inOrder = context.operation.order === 'input';
  const slots: Slot[] = [];
  let running = 0;
  let pulling = false;
  let ended = false;
  let lossesInARow = 0;
  let fatal: unknown;
  let wake: (() => void) | undefined;
  let idle: (() => void) | undefined;

  const { signal } = context;
  const changed = () => {
    wake?.();
    wake = undefined;
    if (running === 0) idle?.();
  };

  const stop = (reason: unknown) => {
    ended = true;
    fatal ??= reason;
  };

  const judge = (info: ErrorInfo | undefined) => {
    const isLoss = info?.category === 'unavailable' || info?.category === 'timeout';
    lossesInARow = isLoss ? lossesInARow + 1 : 0;
    if (info === undefined) return;
    if (concernsEveryDocument(info)) stop(new ConnectorError(info));
    else if (lossesInARow >= MAX_LOSSES_IN_A_ROW) stop(new ConnectorError({ ...info, effect: 'none' }));
  };

  const start = async (unit: U) => {
    const slot: Slot = {};
    slots.push(slot);
    running += 1;
    slot.outcome = await outcomeOf(unit, context, idsOf, run);
    running -= 1;
    judge(slot.outcome.info);
    changed();
  };

  const pull = async () => {
    pulling = true;
    try {
      const step = await input.next();
      if (step.done) ended = true;
      else if (fatal === undefined) void start(step.value);
      else slots.push({ outcome: { events: [notStarted(idsOf(step.value), fatal, context)] } });
    } catch (error) {
      stop(error);
    }
    pulling = false;
    changed();
  };

  signal.addEventListener('abort', changed);
  try {
    for (;;) {
      if (!ended && !pulling && slots.length < context.maxInFlight) void pull();
      const ready = takeReady(slots, inOrder && !signal.aborted);
      if (ready.length > 0) yield ready;
      else if (ended && slots.length === 0 && (fatal !== undefined || !pulling)) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    if (fatal !== undefined) throw fatal;
  } finally {
    ended = true;
    signal.removeEventListener('abort', changed);
    // Under a pull that hangs, closing would hang too.
    const closing = Promise.resolve(input.return?.()).catch(() => undefined);
    if (!pulling) await closing;
    if (running > 0) {
      await new Promise<void>((resolve) => {
        idle = resolve;
      });
    }
  }
}

/** Is it an error that every further document would meet too? */
export function concernsEveryDocument({ category }: ErrorInfo): boolean {
  return category === 'auth' || category === 'quota' || category === 'config' || category === 'cancelled';
}

async function outcomeOf<U, P>(
  unit: U,
  context: ExecutionContext<P>,
  idsOf: (unit: U) => readonly string[],
  run: (unit: U) => Promise<readonly OperationEvent[]>,
): Promise<Outcome> {
  let handedOver = false;
  try {
    context.signal.throwIfAborted();
    handedOver = true;
    const events = await run(unit);
    const info = commonError(events);
    return info === undefined ? { events } : { events, info };
  } catch (thrown) {
    const mayHaveActed = handedOver && context.operation.effect !== 'read';
    const info = errorInfoOf(thrown, mayHaveActed ? 'unknown' : 'none');
    return { events: [failed(idsOf(unit), context.isReconciliation ? unknown(info) : info)], info };
  }
}

/** The error of a unit none of whose documents succeeded; rather one that is no fault of a document's own than one that is. */
function commonError(events: readonly OperationEvent[]): ErrorInfo | undefined {
  const errors: ErrorInfo[] = [];
  for (const event of events) {
    if (event.type !== 'result') continue;
    if (event.error === undefined) return undefined;
    errors.push(event.error);
  }
  return errors.find((info) => statusOfError(info) !== 'applicationError') ?? errors[0];
}

/** Asking did nothing: of what was asked about that says nothing. */
function unknown(info: ErrorInfo): ErrorInfo {
  return { ...info, effect: 'unknown' };
}

/** The result that an error stands for, by the contract's one mapping. */
export function failed(inputs: readonly string[], info: ErrorInfo): ResultEvent {
  const code = info.service?.code;
  return {
    type: 'result',
    inputs,
    status: statusOfError(info),
    ...(code === undefined ? {} : { code }),
    message: info.message,
    error: info,
  };
}

/** Of a unit that arrived when the run had been stopped. */
function notStarted<P>(inputs: readonly string[], reason: unknown, context: ExecutionContext<P>): ResultEvent {
  const info = errorInfoOf(reason, 'none');
  if (context.isReconciliation) return failed(inputs, unknown(info));
  return { type: 'result', inputs, status: 'notAttempted', message: info.message, error: { ...info, effect: 'none' } };
}

/** Removes and returns what can be handed on now. */
function takeReady(slots: Slot[], inOrder: boolean): readonly OperationEvent[] {
  const ready: OperationEvent[] = [];
  let kept = 0;
  for (const slot of slots) {
    const held = slot.outcome === undefined || (inOrder && kept > 0);
    if (held) slots[kept++] = slot;
    else ready.push(...(slot.outcome?.events ?? []));
  }
  slots.length = kept;
  return ready;
}
