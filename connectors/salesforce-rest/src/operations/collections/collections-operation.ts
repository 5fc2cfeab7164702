import {
  type CallContext,
  CONNECTION_PROPERTIES,
  ConnectorError,
  type Document,
  type Events,
  type ExecutionContext,
  errorInfoOf,
  type HttpHeaders,
  inject,
  injectable,
  isConnectorError,
  type Operation,
  type ResultEvent,
  statusOfError,
} from '@connector-runtime/core';
import { concernsEveryDocument, failed, perBatch } from '@connector-runtime/core/authoring';
import type { ConnectionProperties } from '../../properties/connection-properties.js';
import type { CollectionsProperties } from '../../properties/write-properties.js';
import { errorsBehind, ListedErrors } from '../../transport/error-answer.js';
import { withStep } from '../../transport/refusals.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { isParserCode } from '../../transport/service-codes.js';
import { externalIdField, externalIdFieldName } from '../external-id-field.js';
import { checkIdle } from '../idle-properties.js';
import { ObjectTarget } from '../object-target.js';
import { refused } from '../outcomes.js';
import type { Payload } from '../payload.js';
import { payloadOf } from '../payload-formats.js';
import { RecordsUnderWay } from '../records-under-way.js';
import { collectionResults, type SentRecord } from './collections-answer.js';
import {
  type CollectionDocument,
  type CollectionWrite,
  collectionRequest,
  readDocuments,
  TravelRule,
} from './collections-request.js';

type Properties = CollectionsProperties;
type Verb = CollectionWrite['verb'];

/** Beside the messages of the errors, which may repeat what was sent. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Creates, updates, upserts or deletes up to `batchCount` records per request, in input order. Groups are independent of each other, but what concerns one record goes in order.
 * Result: `success` / `200` with Salesforce's `<result>` of this very document; `applicationError` with its errors, and that `<result>`. With `allOrNone` the records of a request are written all or none; a document that cannot be sent is refused before, and in no request.
 * A lost answer is `unknown` for a create; a delete goes again, the others where the connection repeats updates. Rows that were locked go again, under `allOrNone` with the whole group.
 * Where the service cannot read a value it refuses the request as a whole: its records go again in halves, until the one is alone that it is about.
 * Source: Salesforce REST API Developer Guide, "sObject Collections".
 */
@injectable()
export class CollectionsOperation implements Operation<Properties> {
  private readonly underWay = new RecordsUnderWay();

  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
    @inject(CONNECTION_PROPERTIES) private readonly connection: ConnectionProperties,
  ) {}

  async *execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    const write = await this.writeOf(context);
    const { batchCount } = context.properties;
    yield* perBatch(
      readDocuments(documents, write, context),
      context,
      (batch) => this.writeBatch(batch, write, context),
      {
        together: new TravelRule<Properties>().together,
        inTurn: (batch, work) =>
          this.underWay.inTurn(
            batch.map(({ record }) => record?.key ?? ''),
            work,
          ),
        ...(batchCount === undefined ? {} : { maxDocuments: batchCount }),
      },
    );
  }

  private async writeOf(context: ExecutionContext<Properties>): Promise<CollectionWrite> {
    const verb = verbOf(context.operation.id);
    const name = verb === 'upsert' ? externalIdFieldName(context.properties) : '';
    const describe = await this.target.check(context);
    checkIdle(context, 'COMPOSITEAPI');
    const payload = await payloadOf(context.properties);
    if (verb === 'upsert') return { verb, describe, payload, key: externalIdField(describe, name) };
    return { verb, describe, payload };
  }

  private async writeBatch(
    batch: readonly CollectionDocument<Properties>[],
    write: CollectionWrite,
    context: ExecutionContext<Properties>,
  ): Promise<readonly ResultEvent[]> {
    const sent = batch.flatMap((document): readonly SentRecord[] =>
      document.record === undefined ? [] : [{ document, record: document.record }],
    );
    const refusals = batch.flatMap((document) =>
      document.record === undefined ? [resultOf(document, document.refusal, write.payload)] : [],
    );
    const headers = batch.find(({ record }) => record !== undefined)?.headers;
    if (headers === undefined) return refusals;
    const results: ResultEvent[] = [];
    const fail = (records: readonly SentRecord[], error: unknown): void => {
      for (const { document } of records) results.push(resultOf(document, error, write.payload));
    };
    const parts: Part[] = [{ records: sent }];
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const { records, refusal } = part;
      if (refusal !== undefined && !context.mayRepeat()) {
        fail(records, refusal);
        continue;
      }
      try {
        results.push(...(await this.send(records, headers, write, context)));
      } catch (thrown) {
        const error = withStep(thrown, stepOf(write));
        if (isRefusal(error)) {
          const whole = ofTheWholeRequest(error, records.length, context.properties.allOrNone);
          if (isDivisible(error, records, context.properties)) parts.unshift(...halvesOf(records, whole));
          else fail(records, whole);
          continue;
        }
        // What meets every request (login, quota, service down) is for the caller to count; a refused request is its documents' own.
        if (refusals.length === 0 && records === sent) throw error;
        fail(records, error);
        if (concernsEveryDocument(errorInfoOf(error, 'unknown')))
          for (const rest of parts.splice(0)) fail(rest.records, withoutEffect(error));
      }
    }
    await this.noteRefusals(results, write, context);
    return [...refusals, ...results];
  }

  private noteRefusals(results: readonly ResultEvent[], write: CollectionWrite, context: CallContext): Promise<void> {
    const errors = results.map(({ error }) => error);
    return this.target.noteRefusals(write.describe.name, errors, context);
  }

  private async send(
    sent: readonly SentRecord[],
    headers: HttpHeaders,
    write: CollectionWrite,
    context: ExecutionContext<Properties>,
  ): Promise<readonly ResultEvent[]> {
    const { allOrNone } = context.properties;
    const request = collectionRequest(
      write,
      sent.map(({ record }) => record),
      allOrNone,
      this.connection.repeatUpdates,
    );
    const step = stepOf(write);
    // Encoded here, for its size is asked for too.
    const body = request.body === undefined ? undefined : Buffer.from(request.body);
    const { response, text } = await this.transport.sendForText(
      {
        step,
        headers,
        ...request,
        ...(body !== undefined && { body }),
        maxAnswerBytes: MAX_ANSWER_BYTES + 2 * (body?.byteLength ?? 0),
      },
      write.payload.form,
      context,
    );
    const { describe, payload } = write;
    return collectionResults(sent, text, {
      step,
      isDelete: write.verb === 'delete',
      allOrNone,
      describe,
      payload,
      earlier: response.earlier,
    });
  }
}

/** Records that go into one request. `refusal`: that of the larger request which they were in. */
interface Part {
  readonly records: readonly SentRecord[];
  readonly refusal?: ConnectorError;
}

/** What is being done, for errors. */
const stepOf = ({ verb }: CollectionWrite): string => `${verb} collection`;

function verbOf(operation: string): Verb {
  if (operation === 'create' || operation === 'update' || operation === 'upsert' || operation === 'delete')
    return operation;
  throw new TypeError(`${operation} is no write of a collection`);
}

/** What an error makes of one document of a request. */
function resultOf(document: Document<unknown>, error: unknown, payload: Payload): ResultEvent {
  const info = errorInfoOf(error, 'unknown');
  return statusOfError(info) === 'applicationError'
    ? refused(document, error, payload, '', 'result')
    : failed([document.id], info);
}

function isRefusal(error: unknown): error is ConnectorError {
  return isConnectorError(error) && statusOfError(error.info) === 'applicationError';
}

/** May one record be the reason, so that the others can go without it? Nothing of the request was applied. */
function isDivisible(
  { info }: ConnectorError,
  records: readonly SentRecord[],
  { allOrNone }: CollectionsProperties,
): boolean {
  return !allOrNone && records.length > 1 && info.effect === 'none' && isParserCode(info.service?.code ?? '');
}

function halvesOf(records: readonly SentRecord[], refusal: ConnectorError): readonly Part[] {
  const middle = Math.ceil(records.length / 2);
  return [records.slice(0, middle), records.slice(middle)].map((half) => ({ records: half, refusal }));
}

/** What an error makes of records that were not sent any more. */
function withoutEffect(error: unknown): ConnectorError {
  return new ConnectorError({ ...errorInfoOf(error, 'none'), effect: 'none' }, { cause: error });
}

/** A request that is refused as a whole: one bad record may be the reason, nobody knows which, and nothing of the others was applied either. The fields that the service names are that record's alone. */
function ofTheWholeRequest(error: ConnectorError, count: number, allOrNone: boolean): ConnectorError {
  if (count === 1) return error;
  const { path: _, ...info } = error.info;
  const advice = allOrNone ? '' : '; with batchCount 1 it is refused alone';
  const message = `${info.message} (the request with ${count} documents was refused as a whole, and nothing of it was applied: one of them may be the reason${advice})`;
  const errors = errorsBehind(error).map((one) => ({ ...one, fields: [] }));
  return new ConnectorError({ ...info, message }, { cause: new ListedErrors(errors) });
}
