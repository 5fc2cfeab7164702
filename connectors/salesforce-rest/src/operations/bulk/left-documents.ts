import {
  ConnectorError,
  type Document,
  type ErrorInfo,
  errorInfoOf,
  type Json,
  type OperationEvent,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';

const PORTION = 1_000;

/** Documents that another process put into a job. */
interface LeftPart {
  readonly jobId: string;
  /** How many of the first documents are the job's. */
  readonly count: number;
  /** What `reconcile` is given of one, by its place among them. */
  receiptOf(place: number): Json;
}

/** The documents of a run; of one that goes on, the first may have been applied by the job that was left. Whatever keeps that job from being taken up, they are `unknown`, with receipts that name it. */
export class LeftDocuments<P> implements AsyncIterable<Document<P>>, AsyncIterator<Document<P>> {
  private readonly source: AsyncIterator<Document<P>>;
  /** Of those of the job that were given. */
  private readonly ids: string[] = [];

  constructor(
    documents: AsyncIterable<Document<P>>,
    private readonly left: LeftPart | undefined,
  ) {
    this.source = documents[Symbol.asyncIterator]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Document<P>, undefined>> {
    const step = await this.source.next();
    if (step.done === true) return { done: true, value: undefined };
    if (this.ids.length < (this.left?.count ?? 0)) this.ids.push(step.value.id);
    return step;
  }

  async return(): Promise<IteratorResult<Document<P>, undefined>> {
    await this.source.return?.();
    return { done: true, value: undefined };
  }

  /** Does what comes before the job is taken up; where that fails, gives its documents their results first. After an abort nobody gets at the rest of them: then it is the runtime that says `unknown` of all. */
  async *takeUp<T>(work: () => Promise<T>, signal: AbortSignal): AsyncGenerator<readonly OperationEvent[], T> {
    try {
      return await work();
    } catch (error) {
      const { left } = this;
      if (left === undefined) throw error;
      const told = errorInfoOf(error, 'unknown');
      const info: ErrorInfo = { ...told, effect: 'unknown', service: { ...told.service, jobId: left.jobId } };
      while (this.ids.length < left.count && (await this.next()).done !== true);
      const isCut = signal.aborted && this.ids.length < left.count;
      for (let from = isCut ? this.ids.length : 0; from < this.ids.length; from += PORTION)
        yield this.ids
          .slice(from, from + PORTION)
          .map((id, offset) => ({ ...failed([id], info), receipt: left.receiptOf(from + offset) }));
      throw new ConnectorError(info, { cause: error });
    }
  }
}
