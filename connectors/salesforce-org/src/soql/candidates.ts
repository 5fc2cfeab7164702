import { canonicalId } from '../store/ids.js';
import type { Comparison, Condition } from './query.js';
import type { Scope } from './scope.js';

/**
 * The few records that a condition can be true for, where it asks for ids, external ids or parents by value: spares a walk over the whole
 * table. Undefined where it does not; the condition itself is still tested on each.
 */
export function candidates(scope: Scope, condition: Condition | undefined): number[] | undefined {
  if (condition === undefined) return undefined;
  const terms = condition.kind === 'and' ? condition.terms : [condition];
  for (const term of terms) {
    const found = term.kind === 'comparison' ? lookUp(scope, term) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function lookUp(scope: Scope, { path, at, fn, operator, values }: Comparison): number[] | undefined {
  if (fn !== undefined) return undefined;
  const { field, isOwn } = scope.reader(path, at);
  const isKey = field.type === 'id' || field.type === 'reference' || field.externalId === true || field.unique === true;
  if (!isOwn || !isKey || (operator !== '=' && operator !== 'in')) return undefined;
  const found = new Set<number>();
  for (const literal of values) {
    if ((literal.kind !== 'string' && literal.kind !== 'number') || literal.value === '') return undefined;
    const value =
      field.type === 'id' || field.type === 'reference' ? canonicalId(String(literal.value)) : literal.value;
    if (value === undefined) return undefined;
    const positions =
      field.type === 'id' ? [scope.table.positionOf(String(value))] : scope.table.positionsWith(field, value);
    for (const position of positions) if (position !== undefined) found.add(position);
  }
  return [...found].sort((a, b) => a - b);
}
