import type { OperationEvent } from '@connector-runtime/core';

/** Gives arrays of events one by one; by hand, for an async generator would cost three times as much an event. */
export class EventReader implements AsyncIterator<OperationEvent> {
  private batch: readonly OperationEvent[] = [];
  private index = 0;

  constructor(private readonly batches: AsyncIterator<readonly OperationEvent[]>) {}

  next(): Promise<IteratorResult<OperationEvent>> {
    const event = this.batch[this.index];
    if (event === undefined) return this.nextOfNextBatch();
    this.index += 1;
    return Promise.resolve({ done: false, value: event });
  }

  async return(): Promise<IteratorResult<OperationEvent>> {
    await this.batches.return?.();
    return { done: true, value: undefined };
  }

  private async nextOfNextBatch(): Promise<IteratorResult<OperationEvent>> {
    for (;;) {
      const step = await this.batches.next();
      if (step.done) return { done: true, value: undefined };
      const event = step.value[0];
      if (event === undefined) continue;
      this.batch = step.value;
      this.index = 1;
      return { done: false, value: event };
    }
  }
}
