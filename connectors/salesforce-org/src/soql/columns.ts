import type { Table } from '../store/table.js';
import type { PositionList } from './positions.js';
import type { SelectItem, SoqlQuery } from './query.js';
import { malformedQuery, queryError } from './query-error.js';
import { NAME_TYPE, Scope, SEE_DESCRIBE } from './scope.js';
import type { ChildrenColumn, Column, ParentColumn, Selection } from './selection.js';

const MAX_SUB_SELECTS = 20;

interface Path {
  readonly path: readonly string[];
  readonly at: number;
}

/** Binds a sub-select in the scope of its own records. */
export type BindSubSelect = (scope: Scope, query: SoqlQuery, at: number) => BoundSubSelect;

/** As much of a bound sub-select as a column needs. */
export interface BoundSubSelect {
  readonly selection: Selection;
  run(includeDeleted: boolean, among: readonly number[]): PositionList;
}

/** Makes the SELECT list into columns; the paths over one parent become one column where the first of them stands. */
export function bindColumns(scope: Scope, items: readonly SelectItem[], bindSubSelect: BindSubSelect): Column[] {
  if (items.filter(({ kind }) => kind === 'children').length > MAX_SUB_SELECTS) {
    throw malformedQuery(scope.text, 0, `A query may have ${MAX_SUB_SELECTS} sub-queries`);
  }
  const entries = items.flatMap((item): (Path | ChildrenColumn)[] => {
    if (item.kind === 'children') return [bindChildren(scope, item, bindSubSelect)];
    if (item.kind === 'fields') return fieldsOf(scope, item);
    if (item.fn !== undefined)
      throw malformedQuery(scope.text, item.at, `${item.fn} needs GROUP BY, or to stand by itself`);
    if (item.alias !== undefined)
      throw malformedQuery(scope.text, item.at, 'only aggregate expressions use field aliasing');
    return [{ path: scope.ownPath(item.path, item.at), at: item.at }];
  });
  refuseDoubles(
    scope,
    entries.filter((entry) => 'path' in entry),
  );
  return bindPaths(scope, scope.table, entries);
}

function fieldsOf(scope: Scope, { group, at }: Extract<SelectItem, { kind: 'fields' }>): Path[] {
  return scope.table.type.fields
    .filter(({ name }) => group === 'ALL' || name.endsWith('__c') === (group === 'CUSTOM'))
    .map(({ name }) => ({ path: [name], at }));
}

function refuseDoubles(scope: Scope, paths: readonly Path[]): void {
  const seen = new Set<string>();
  for (const { path, at } of paths) {
    const name = path.join('.').toLowerCase();
    if (seen.has(name))
      throw queryError('INVALID_FIELD', scope.text, at, `duplicate field selected: ${path.join('.')}`);
    seen.add(name);
  }
}

function bindPaths(scope: Scope, table: Table, entries: readonly (Path | ChildrenColumn)[]): Column[] {
  const byParent = new Map<string, Path[]>();
  const slots: (Column | string)[] = [];
  for (const entry of entries) {
    if (!('path' in entry)) {
      slots.push(entry);
      continue;
    }
    const [name = '', ...rest] = entry.path;
    const { at } = entry;
    if (rest.length === 0) {
      const field = scope.field(table.type, name, at);
      slots.push({ kind: 'field', name: field.name, field });
      continue;
    }
    const key = name.toLowerCase();
    const known = byParent.get(key);
    if (known === undefined) slots.push(name);
    byParent.set(key, [...(known ?? []), { path: rest, at }]);
  }
  return slots.map((slot) =>
    typeof slot === 'string' ? bindParent(scope, table, slot, byParent.get(slot.toLowerCase()) ?? []) : slot,
  );
}

function bindParent(scope: Scope, table: Table, name: string, paths: readonly Path[]): ParentColumn {
  const lookup = scope.lookup(table.type, name, paths[0]?.at ?? 0);
  const targets = scope.targets(lookup);
  const isPolymorphic = targets.length > 1;
  const columnsOf = (target: Table): Column[] =>
    isPolymorphic ? bindNamePaths(scope, target, paths) : bindPaths(scope, target, paths);
  return {
    kind: 'parent',
    name: lookup.relationship ?? name,
    lookup,
    shownAs: isPolymorphic ? NAME_TYPE.name : undefined,
    targets: new Map(targets.map((target) => [target, columnsOf(target)])),
  };
}

/** Columns of a parent that may be of several types: each shows what it has of the fields of `Name`. */
function bindNamePaths(scope: Scope, target: Table, paths: readonly Path[]): Column[] {
  return paths.map(({ path, at }) => {
    const [name = '', ...rest] = path;
    if (rest.length > 0) scope.lookup(NAME_TYPE, name, at);
    const field = scope.field(NAME_TYPE, name, at);
    const actual = target.type.field(name);
    if (field.name !== 'Type' && actual !== undefined) return { kind: 'field', name: field.name, field: actual };
    return { kind: 'constant', name: field.name, field, value: field.name === 'Type' ? target.type.name : null };
  });
}

function bindChildren(
  scope: Scope,
  item: Extract<SelectItem, { kind: 'children' }>,
  bindSubSelect: BindSubSelect,
): ChildrenColumn {
  const { query, at } = item;
  const relationship = scope.table.type.children(query.from.name);
  if (relationship?.name === undefined) {
    const hint =
      "If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name.";
    throw queryError(
      'INVALID_TYPE',
      scope.text,
      query.from.at,
      `Didn't understand relationship '${query.from.name}' in FROM part of query call. ${hint} ${SEE_DESCRIBE}`,
    );
  }
  if (query.count) throw malformedQuery(scope.text, at, 'COUNT() cannot stand in a sub-query');
  const table = scope.store.table(relationship.child);
  const names = [query.from.name, query.from.alias, table.type.name];
  const bound = bindSubSelect(new Scope(scope.text, scope.store, table, names), query, at);
  return {
    kind: 'children',
    name: relationship.name,
    selection: bound.selection,
    of: (parentId, includeDeleted) =>
      bound.run(includeDeleted, table.positionsWith(relationship.field, parentId, includeDeleted)),
  };
}
