import { type Answer, listAnswer } from '../exchange.js';
import { readTree, type TreeRecord } from '../formats/tree-input.js';
import type { Org } from '../org.js';
import { type Problem, refusal } from '../service-error.js';
import type { Changes } from '../store/save-record.js';
import type { Table } from '../store/table.js';
import { errorMember, tried } from './item-result.js';
import { insertRecord } from './record-writes.js';
import { tableOf } from './records.js';
import type { DataRequest } from './route.js';

const MOST_RECORDS = 200;
const MOST_TYPES = 5;
const MOST_LEVELS = 5;
const ROOT = 'SObjectTreeResponse';

/** A record of the tree where it hangs, and its id once it is made. */
interface Node {
  readonly record: TreeRecord;
  readonly table: Table;
  readonly below?: { readonly parent: Node; readonly relationship: string };
  id?: string;
}

interface Failure {
  readonly referenceId: string | null;
  readonly problems: readonly Problem[];
}

/**
 * `POST composite/tree/X`: makes all records or none, level by level. The answer to a failure has only the records that failed.
 * Source: REST API Developer Guide, "sObject Tree".
 */
export function createTree(org: Org, request: DataRequest): Answer {
  const { format, sequence } = request;
  const root = tableOf(org, request);
  const levels = levelsOf(org, root, readTree(request.body, request.headers['content-type']));
  const wrong = wrongReferences(levels.flat());
  if (wrong.length > 0) return failed(format, wrong);
  const { transaction } = org.store;
  const failures = transaction.attempt(
    () => {
      for (const level of levels) {
        const refused = level.flatMap((node): readonly Failure[] => {
          const { id, problems } = tried(transaction, () => ({
            id: insertRecord(org, node.table, node.record.input, { request: sequence }, parentOf(node)),
          }));
          if (id !== undefined) node.id = id;
          return problems === undefined ? [] : [{ referenceId: node.record.referenceId ?? null, problems }];
        });
        if (refused.length > 0) return refused;
      }
      return [];
    },
    (refused) => refused.length === 0,
  );
  if (failures.length > 0) return failed(format, failures);
  const results = levels.flat().map(({ record: { referenceId }, id }) => ({ referenceId, id }));
  return listAnswer(format, 201, { root: ROOT, item: 'results', members: { hasErrors: false } }, results);
}

function failed(format: DataRequest['format'], failures: readonly Failure[]): Answer {
  const results = failures.map(({ referenceId, problems }) => ({ referenceId, errors: problems.map(errorMember) }));
  return listAnswer(format, 400, { root: ROOT, item: 'results', members: { hasErrors: true } }, results);
}

/** The tree level by level, roots first. */
function levelsOf(org: Org, root: Table, records: readonly TreeRecord[]): readonly (readonly Node[])[] {
  const tableOfRecord = ({ type }: TreeRecord): Table => {
    if (type === undefined) throw refusal(400, 'INVALID_INPUT', 'Include a type for each record in the request.');
    const table = org.store.tableNamed(type);
    if (table === undefined) throw refusal(400, 'INVALID_TYPE', `sObject type '${type}' is not supported.`);
    return table;
  };
  if (records.length === 0) throw refusal(400, 'REQUIRED_FIELD_MISSING', 'At least 1 record is required');
  const levels: Node[][] = [];
  let level: Node[] = records.map((record) => ({ record, table: tableOfRecord(record) }));
  for (const { table } of level) {
    if (table !== root)
      throw refusal(400, 'INVALID_INPUT', `the root records must be of type ${root.type.name}, not ${table.type.name}`);
  }
  while (level.length > 0) {
    levels.push(level);
    level = level.flatMap((parent) =>
      parent.record.children.map(
        ({ relationship, record }): Node => ({ record, table: tableOfRecord(record), below: { parent, relationship } }),
      ),
    );
  }
  const nodes = levels.flat();
  const types = new Set(nodes.map(({ table }) => table)).size;
  refuseOver(nodes.length, MOST_RECORDS, 'records');
  refuseOver(types, MOST_TYPES, 'types of objects');
  refuseOver(levels.length, MOST_LEVELS, 'levels');
  return levels;
}

function refuseOver(count: number, most: number, what: string): void {
  if (count > most) throw refusal(400, 'INVALID_INPUT', `a tree has at most ${most} ${what}, this one has ${count}`);
}

/** Records without a reference id, with one that is none, or with one that others have too. */
function wrongReferences(nodes: readonly Node[]): readonly Failure[] {
  const counts = new Map<string, number>();
  for (const { record } of nodes) counts.set(record.referenceId ?? '', (counts.get(record.referenceId ?? '') ?? 0) + 1);
  return nodes.flatMap(({ record: { referenceId } }): readonly Failure[] => {
    const problem = (message: string) => [
      { referenceId: referenceId ?? null, problems: [{ errorCode: 'INVALID_INPUT', message }] },
    ];
    if (referenceId === undefined) return problem('Include a reference ID for each record in the request.');
    if (!/^[A-Za-z0-9]/.test(referenceId)) return problem('A reference ID must start with an alphanumeric character.');
    return (counts.get(referenceId) ?? 0) > 1 ? problem('Duplicate ReferenceId provided in the request.') : [];
  });
}

/** The lookup of a child to the parent that it hangs below. */
function parentOf({ table, below }: Node): Changes {
  if (below === undefined) return new Map();
  const { parent, relationship } = below;
  const { type } = parent.table;
  const found = type.children(relationship);
  if (found === undefined || found.child !== table.type) {
    throw refusal(400, 'INVALID_FIELD', `No such column '${relationship}' on sobject of type ${type.name}`);
  }
  return new Map([[found.field, parent.id ?? null]]);
}
