import { isSortable } from '../store/describe.js';
import { keyOf } from './filter.js';
import { bindTerm } from './functions.js';
import type { SortItem } from './query.js';
import { queryError } from './query-error.js';
import type { Scope } from './scope.js';

/** Puts positions into the order asked for; equal ones stay in the order of their ids. */
export type Order = (positions: Uint32Array) => Uint32Array;

/** Undefined where a statement has no ORDER BY. */
export function bindOrder(scope: Scope, items: readonly SortItem[]): Order | undefined {
  if (items.length === 0) return undefined;
  const keys = items.map((item) => {
    const { at, descending, nullsLast } = item;
    const reader = bindTerm(scope, item);
    if (!isSortable(reader.field)) {
      throw queryError(
        'INVALID_FIELD',
        scope.text,
        at,
        `field '${reader.field.name}' can not be sorted in a query call`,
      );
    }
    return { reader, direction: descending ? -1 : 1, nulls: nullsLast ? 1 : -1 };
  });
  return (positions) => {
    const columns = keys.map(({ reader, direction, nulls }) => ({
      direction,
      nulls,
      values: Array.from(positions, (position) => keyOf(reader.field, reader.read(position))),
    }));
    const ranks = Uint32Array.from(positions.keys()).sort((a, b) => {
      for (const { values, direction, nulls } of columns) {
        const [left = null, right = null] = [values[a], values[b]];
        if (left === right) continue;
        if (left === null) return nulls;
        if (right === null) return -nulls;
        return left < right ? -direction : direction;
      }
      return a - b;
    });
    return ranks.map((rank) => positions[rank] ?? 0);
  };
}
