import { refusal } from '../service-error.js';
import type { RecordStore } from '../store/record-store.js';
import type { Table } from '../store/table.js';
import { candidates } from './candidates.js';
import { type BindSubSelect, bindColumns } from './columns.js';
import { type BindSemiJoin, bindCondition, type Filter } from './filter.js';
import { type PositionList, positionRange } from './positions.js';
import type { SoqlQuery } from './query.js';
import { malformedQuery, queryError } from './query-error.js';
import { Scope, SEE_DESCRIBE } from './scope.js';
import type { Selection } from './selection.js';
import { bindSemiJoin, checkSemiJoins } from './semi-join.js';
import { bindOrder, type Order } from './sort.js';

const MAX_OFFSET = 2000;
const MAX_LEVELS = 5;

/** A statement whose names and types were checked against the schema. */
export interface BoundQuery {
  readonly scope: Scope;
  readonly selection: Selection;
  readonly count: boolean;
  /** Evaluates it now. `among`: only these positions, in their order (children of one parent). */
  run(includeDeleted: boolean, among?: readonly number[]): PositionList;
}

/** Binds a statement to an org's records. Throws the service's `INVALID_TYPE`, `INVALID_FIELD`, … with the place framed. */
export function bindQuery(text: string, query: SoqlQuery, store: RecordStore, nowMs: number): BoundQuery {
  const { name, alias, at } = query.from;
  const table = store.tableNamed(name);
  if (table === undefined) {
    const hint = "If you are attempting to use a custom object, be sure to append the '__c' after the entity name.";
    throw queryError('INVALID_TYPE', text, at, `sObject type '${name}' is not supported. ${hint} ${SEE_DESCRIBE}`);
  }
  if (!table.type.can('queryable'))
    throw queryError('INVALID_TYPE_FOR_OPERATION', text, at, `entity type ${table.type.name} does not support query`);
  checkSemiJoins(text, query.where);
  return bindIn(new Scope(text, store, table, [table.type.name, alias]), query, nowMs, 1);
}

/** Binds a statement or sub-select in its scope; `level` 1 is the outermost. */
function bindIn(scope: Scope, query: SoqlQuery, nowMs: number, level: number): BoundQuery {
  const bindSubSelect: BindSubSelect = (childScope, subQuery, at) => {
    if (level >= MAX_LEVELS)
      throw malformedQuery(
        scope.text,
        at,
        `Sub-queries may be nested ${MAX_LEVELS} levels deep, the outermost query included`,
      );
    return bindIn(childScope, subQuery, nowMs, level + 1);
  };
  const [grouped] = query.groupBy;
  if (grouped !== undefined || query.having !== undefined)
    throw malformedQuery(scope.text, grouped?.at ?? 0, 'GROUP BY and HAVING cannot stand here');
  const bindJoin: BindSemiJoin = (outer, join) =>
    bindSemiJoin(outer, join, (inner, store) => bindQuery(scope.text, { ...inner, select: [] }, store, nowMs));
  const columns = query.count ? [] : bindColumns(scope, query.select, bindSubSelect);
  const filter = query.where && bindCondition(scope, query.where, nowMs, bindJoin);
  if (query.count && query.orderBy[0] !== undefined)
    throw malformedQuery(scope.text, query.orderBy[0].at, 'COUNT() cannot be used with ORDER BY; COUNT(fieldName) can');
  const order = bindOrder(scope, query.orderBy);
  const { limit = Number.POSITIVE_INFINITY, offset = 0 } = query;
  if (offset > MAX_OFFSET)
    throw refusal(400, 'NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${MAX_OFFSET}`);
  const { table } = scope;
  return {
    scope,
    selection: { table, columns },
    count: query.count,
    run: (includeDeleted, among) => {
      const within = among ?? (includeDeleted ? undefined : candidates(scope, query.where));
      if (
        within === undefined &&
        filter === undefined &&
        order === undefined &&
        !(includeDeleted ? table.hasPurged : table.hasDeleted)
      ) {
        return positionRange(offset, Math.max(0, Math.min(table.size - offset, limit)));
      }
      const needed = order === undefined ? offset + limit : Number.POSITIVE_INFINITY;
      const passing = collect(table, filter, includeDeleted, within, query.count ? Number.POSITIVE_INFINITY : needed);
      return sorted(passing, order).slice(offset, offset + limit);
    },
  };
}

function collect(
  table: Table,
  filter: Filter | undefined,
  includeDeleted: boolean,
  within: readonly number[] | undefined,
  atMost: number,
): Uint32Array {
  const passing: number[] = [];
  for (const position of within ?? Array(table.size).keys()) {
    if (passing.length >= atMost) break;
    if (
      !(includeDeleted ? table.isPurged(position) : table.isDeleted(position)) &&
      (filter === undefined || filter(position))
    )
      passing.push(position);
  }
  return Uint32Array.from(passing);
}

function sorted(positions: Uint32Array, order: Order | undefined): Uint32Array {
  return order === undefined ? positions : order(positions);
}
