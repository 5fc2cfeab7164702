import type { RecordStore } from '../store/record-store.js';
import type { Value } from '../store/values.js';
import type { Filter } from './filter.js';
import type { PositionList } from './positions.js';
import type { Condition, SemiJoin, SoqlQuery } from './query.js';
import { malformedQuery } from './query-error.js';
import type { FieldReader, Scope } from './scope.js';

const MAX_JOINS = 2;

/** As much of the bound inner statement as a join needs. */
export interface BoundJoin {
  readonly scope: Scope;
  run(includeDeleted: boolean): PositionList;
}

/** Refuses what the service refuses of semi-joins: more than two, one under OR or NOT, one within another. Source: SOQL and SOSL Reference, "Comparison Operators", semi-joins and anti-joins. */
export function checkSemiJoins(text: string, condition: Condition | undefined): void {
  const joins = semiJoinsIn(text, condition, false);
  const [, , third] = joins;
  if (third !== undefined) throw malformedQuery(text, third.at, `Maximum ${MAX_JOINS} semi-joins per query`);
  for (const { query } of joins) {
    const [nested] = semiJoinsIn(text, query.where, false);
    if (nested !== undefined) throw malformedQuery(text, nested.at, 'Nesting of semi-joins is not supported');
  }
}

function semiJoinsIn(text: string, condition: Condition | undefined, isUnder: boolean): readonly SemiJoin[] {
  switch (condition?.kind) {
    case undefined:
    case 'comparison':
      return [];
    case 'and':
    case 'or':
      return condition.terms.flatMap((term) => semiJoinsIn(text, term, isUnder || condition.kind === 'or'));
    case 'not':
      return semiJoinsIn(text, condition.term, true);
    case 'semiJoin':
      if (isUnder) throw malformedQuery(text, condition.at, 'Semi-joins are not allowed with OR or NOT');
      return [condition];
  }
}

/** A test by the ids that another statement finds; it is evaluated once, at the first record that is tested. */
export function bindSemiJoin(
  scope: Scope,
  join: SemiJoin,
  bindInner: (query: SoqlQuery, store: RecordStore) => BoundJoin,
): Filter {
  const { path, at, negated, query } = join;
  const { text } = scope;
  const own = scope.reader(path, at);
  if (!own.isOwn || (own.field.type !== 'id' && own.field.type !== 'reference'))
    throw malformedQuery(
      text,
      at,
      'The left operand of a semi-join must be an id or reference field of the object itself',
    );
  const [item, second] = query.select;
  if (query.count || item?.kind !== 'field' || item.fn !== undefined || second !== undefined)
    throw malformedQuery(text, query.from.at, 'The inner select of a semi-join must be a single id or reference field');
  const isPlain =
    query.groupBy.length + query.orderBy.length === 0 && query.limit === undefined && query.offset === undefined;
  if (!isPlain)
    throw malformedQuery(
      text,
      query.from.at,
      'The inner select of a semi-join cannot have GROUP BY, ORDER BY, LIMIT or OFFSET',
    );
  const inner = bindInner(query, scope.store);
  if (inner.scope.table === scope.table)
    throw malformedQuery(text, query.from.at, 'The inner and outer selects should not be on the same object type');
  const selected = inner.scope.reader(item.path, item.at);
  if (selected.field.type !== 'id' && selected.field.type !== 'reference')
    throw malformedQuery(text, item.at, 'The inner select of a semi-join must be a single id or reference field');
  let found: ReadonlySet<Value> | undefined;
  return (position) => {
    found ??= valuesOf(inner.run(false), selected);
    return found.has(own.read(position)) !== negated;
  };
}

function valuesOf(positions: PositionList, selected: FieldReader): ReadonlySet<Value> {
  const values = new Set<Value>();
  for (let index = 0; index < positions.length; index += 1) {
    const position = positions.at(index);
    const value = position === undefined ? null : selected.read(position);
    if (value !== null) values.add(value);
  }
  return values;
}
