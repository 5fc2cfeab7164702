/** Positions of records in a table, in the order of an answer. */
export interface PositionList {
  readonly length: number;
  at(index: number): number | undefined;
}

/** The first `length` positions from `start`, in order, without holding them. */
export function positionRange(start: number, length: number): PositionList {
  return { length, at: (index) => (index < length ? start + index : undefined) };
}
