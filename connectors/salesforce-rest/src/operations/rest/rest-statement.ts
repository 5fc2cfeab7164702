import {
  type CallContext,
  ConnectorError,
  type Document,
  type HttpHeaders,
  type OperationEvent,
} from '@connector-runtime/core';
import type { StatementProperties } from '../../properties/query-properties.js';
import { MAX_SOQL_CHARS, MAX_URI_BYTES } from '../../service-limits.js';
import { queryPath } from '../../transport/endpoints.js';
import type { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { documentHeaders } from '../document-headers.js';
import { payloadOf } from '../payload-formats.js';
import { recordPages } from '../record-pages.js';

/** So much is left to host, base and the headers that every request has. */
const MAX_ADDRESS_BYTES = MAX_URI_BYTES - 512;

const COUNT_QUERY = /^\s*select\s+count\s*\(\s*\)\s+from\s/i;

/**
 * Runs a SOQL statement for a document: each record as a document of its own, then the result. One request per page.
 * `SELECT COUNT()` has no records: its result has the service's count as its body.
 * Records already given stand when a later page fails; what it throws is the document's.
 * Source: Salesforce REST API Developer Guide, "Query".
 */
export async function* runRestStatement(
  soql: string,
  { id, properties }: Document<StatementProperties>,
  transport: SalesforceTransport,
  context: CallContext,
): AsyncGenerator<readonly OperationEvent[]> {
  if (properties.logSoql) context.logger.info(`SOQL: ${soql}`);
  const payload = await payloadOf(properties);
  const options =
    properties.pageSize === undefined ? {} : { 'sforce-query-options': `batchSize=${properties.pageSize}` };
  const headers = documentHeaders({ ...payload.accept, ...options }, properties);
  const requests = {
    step: properties.includeDeleted ? 'queryAll SOQL' : 'query SOQL',
    firstPath: checkedPath(queryPath(soql, properties.includeDeleted), headers),
    headers,
    payload,
    countsOnly: COUNT_QUERY.test(soql),
  };
  const inputs = [id];
  const { mediaType } = payload;
  let done = 0;
  let count = 0;
  for await (const { records, totalSize } of recordPages(transport, requests, context)) {
    done += records.length;
    count = totalSize;
    const events: OperationEvent[] = records.map((body) => ({ type: 'output', inputs, body, mediaType }));
    events.push({ type: 'progress', done, total: totalSize, unit: 'records' });
    yield events;
  }
  const result = { type: 'result', inputs, status: 'success', code: '200', message: 'success' } as const;
  yield [requests.countsOnly ? { ...result, body: payload.countBody(count), mediaType } : result];
}

function checkedPath(path: string, headers: HttpHeaders): string {
  const headerBytes = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  const bytes = path.length + headerBytes;
  if (bytes <= MAX_ADDRESS_BYTES) return path;
  throw new ConnectorError({
    category: 'tooLarge',
    code: 'SOQL_TOO_LONG',
    message: `the statement is ${path.length} bytes long as an address and its headers ${headerBytes}; together ${MAX_ADDRESS_BYTES} are possible over REST: select fewer fields, shorten the filter, or use operationApi BulkAPI2.0, which takes statements of ${MAX_SOQL_CHARS} characters`,
    effect: 'none',
    retryable: false,
  });
}
