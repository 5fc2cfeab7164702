import type { Answer } from '../exchange.js';
import { RECORD_FORMATS } from '../formats/record-format.js';
import { type Continuation, RecordWriter } from '../formats/record-writer.js';
import type { Org } from '../org.js';
import { refusal } from '../service-error.js';
import { type AggregateRows, isAggregateQuery, runAggregate } from '../soql/aggregate.js';
import { bindQuery } from '../soql/bind.js';
import { parseSoql } from '../soql/parser.js';
import type { DataRequest } from './route.js';

const LEAST_BATCH = 200;
const MOST_BATCH = 2000;

/** `GET query?q=` and `GET queryAll?q=`, which shows deleted records too. */
export function runQuery(org: Org, request: DataRequest, includeDeleted: boolean): Answer {
  const text = request.query.get('q');
  if (text === null) throw refusal(400, 'MALFORMED_QUERY', 'A query string has to be specified');
  const query = parseSoql(text);
  if (isAggregateQuery(query))
    return aggregateAnswer(request, runAggregate(text, query, org.store, org.settings.now(), includeDeleted));
  const bound = bindQuery(text, query, org.store, org.settings.now());
  const positions = bound.run(includeDeleted);
  if (bound.count)
    return {
      status: 200,
      body: RECORD_FORMATS[request.format].pageAnswer({ records: [], totalSize: positions.length }),
    };
  return pageAnswer(org, request, { selection: bound.selection, positions, includeDeleted }, 0);
}

function aggregateAnswer({ format }: DataRequest, { columns, rows }: AggregateRows): Answer {
  const form = RECORD_FORMATS[format];
  const writers = columns.map(({ name, type }) => form.memberField(name, type));
  const records = rows.map((row) => form.aggregate(writers.map((write, index) => write(row[index] ?? null)).join('')));
  return { status: 200, body: form.pageAnswer({ records, totalSize: records.length }) };
}

/** `GET query/{cursor}-{offset}`: the next page of a query, or of the children of one record. */
export function nextPage(org: Org, request: DataRequest): Answer {
  const [, id = '', offset = ''] = /^(\w+)-(\d+)$/.exec(request.params['cursor'] ?? '') ?? [];
  const list = org.cursors.find(id);
  if (list === undefined || Number(offset) > list.positions.length)
    throw refusal(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
  return pageAnswer(org, request, list, Number(offset));
}

function pageAnswer(org: Org, request: DataRequest, list: Continuation, offset: number): Answer {
  const { root, format } = request;
  const writer = new RecordWriter({
    store: org.store,
    format,
    root,
    includeDeleted: list.includeDeleted,
    childPageSize: org.settings.childPageSize,
    keep: (rest, from) => `${root}/query/${org.cursors.keep(rest)}-${from}`,
  });
  const body = writer.page(list, offset, list.pageSize ?? pageSize(org, request));
  org.ledger.rowsServed += writer.rows;
  return { status: 200, body };
}

/** Rows of a page: what `Sforce-Query-Options` asks for, held to the service's bounds; never more than the org's own setting. */
function pageSize(org: Org, { headers }: DataRequest): number {
  const asked = /\bbatchSize\s*=\s*(\d+)/i.exec(String(headers['sforce-query-options'] ?? ''))?.[1];
  const clamped = Math.min(MOST_BATCH, Math.max(LEAST_BATCH, Number(asked ?? MOST_BATCH)));
  return Math.min(clamped, org.settings.pageSize);
}
