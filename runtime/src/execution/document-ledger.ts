import type { Json, Status } from '@connector-runtime/core';

/** Number of documents by what became of them. */
export type StatusCounts = Readonly<Record<Status, number>>;

/** Who is still open: every document taken is settled exactly once. Keeps ids of open documents only, and which ordinals are settled. */
export class DocumentLedger {
  readonly counts: Record<Status, number> = {
    success: 0,
    applicationError: 0,
    failure: 0,
    unknown: 0,
    notAttempted: 0,
  };
  outputs = 0;
  /** Did a document end other than `success` after an output was made for it, here or before a checkpoint? */
  brokeOff = false;
  private readonly open = new Map<string, number>();
  private readonly withOutput = new Set<string>();
  /** Every ordinal below is settled; those beyond are listed. */
  private settledBefore = 0;
  private readonly settledBeyond = new Set<number>();

  /** Of a run that goes on from a checkpoint, any document may have outputs in the run before. */
  constructor(private readonly isResumed = false) {}

  take(id: string, ordinal: number): void {
    this.open.set(id, ordinal);
  }

  isOpen(id: string): boolean {
    return this.open.has(id);
  }

  openIds(): string[] {
    return [...this.open.keys()];
  }

  countOutput(inputs: readonly string[]): void {
    this.outputs += 1;
    for (const id of inputs) this.withOutput.add(id);
  }

  /** False if the document is not open: it was settled already, or never taken. */
  settle(id: string, status: Status): boolean {
    const ordinal = this.open.get(id);
    if (ordinal === undefined) return false;
    this.open.delete(id);
    this.count(ordinal, status);
    const mayHaveOutput = (this.withOutput.size > 0 && this.withOutput.delete(id)) || this.isResumed;
    if (mayHaveOutput && status !== 'success') this.brokeOff = true;
    return true;
  }

  /** Counts a document that was settled without being handed to the operation. */
  count(ordinal: number, status: Status): void {
    this.counts[status] += 1;
    this.markSettled(ordinal);
  }

  markSettled(ordinal: number): void {
    if (ordinal !== this.settledBefore) {
      this.settledBeyond.add(ordinal);
      return;
    }
    this.settledBefore += 1;
    while (this.settledBeyond.size > 0 && this.settledBeyond.delete(this.settledBefore)) this.settledBefore += 1;
  }

  /** For a checkpoint: which documents need not be fed again. */
  settled(): Json {
    return { before: this.settledBefore, beyond: [...this.settledBeyond] };
  }
}
