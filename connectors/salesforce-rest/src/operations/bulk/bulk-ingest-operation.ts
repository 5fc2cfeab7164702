import {
  type Document,
  type ErrorInfo,
  type Events,
  type ExecutionContext,
  errorInfoOf,
  inject,
  injectable,
  isConnectorError,
  type Operation,
  type OperationEvent,
} from '@connector-runtime/core';
import { failed } from '@connector-runtime/core/authoring';
import { DescribeCache } from '../../describe/describe-cache.js';
import type { FieldDescribe, SObjectDescribe } from '../../describe/sobject-describe.js';
import type { BulkIngestProperties } from '../../properties/bulk-properties.js';
import { configError } from '../../transport/refusals.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { comparableId, comparableKey } from '../comparable-key.js';
import { documentHeaders } from '../document-headers.js';
import { externalIdField, externalIdFieldName } from '../external-id-field.js';
import { checkIdle } from '../idle-properties.js';
import { ObjectTarget } from '../object-target.js';
import { IngestColumns } from './ingest-columns.js';
import { reconcileRows } from './ingest-reconciliation.js';
import { receiptOf } from './ingest-results.js';
import { readIngestRow } from './ingest-row.js';
import { JobPreparation, type PreparationRules, type PreparedJob } from './job-preparation.js';
import { jobBytesFor } from './job-size.js';
import { checkRule, ingestSpec } from './job-spec.js';
import { LeftDocuments } from './left-documents.js';
import { type LeftJob, leftJobOf } from './left-job.js';
import { recordForm } from './record-form.js';
import { runRows } from './row-jobs.js';

type Properties = BulkIngestProperties;

/**
 * Create, update, upsert and delete over Bulk API 2.0: documents become rows of CSV, rows become ingest jobs, and each document gets the result of its row.
 * Absent, null and empty: an absent field stays an empty cell, which leaves the field alone; a null or empty one becomes `#N/A`, which empties it.
 * No column is added to tell rows apart: a row is found again by all that was uploaded of it. Jobs are kept on the service, their results for seven days; one that was not closed is aborted, and deleted where no checkpoint tells of it.
 * A checkpoint before a job is closed lets another process go on with it.
 * Result: `success` / `200` with the row as a record in XML or JSON, `sf__Id` and `sf__Created` first; `applicationError` with its `sf__Error`. Receipt: `{jobId, row, rows}`.
 * Source: Bulk API 2.0 Developer Guide, "Bulk API 2.0 Ingest".
 */
@injectable()
export class BulkIngestOperation implements Operation<Properties> {
  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(DescribeCache) private readonly describes: DescribeCache,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
  ) {}

  async *execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    const left = leftJobOf(context.resumeFrom);
    const source = new LeftDocuments(documents, left && partOf(left));
    const { describe, key, preparation, recalled } = yield* source.takeUp(async () => {
      const { rules, ...plan } = await this.plan(context);
      const made = new JobPreparation(source, rules, context);
      return { ...plan, preparation: made, recalled: left && (await made.recall(left)) };
    }, context.signal);
    try {
      if (recalled !== undefined) yield* this.runJob(recalled, describe, key, context, left?.jobId);
      while (!preparation.isOver) {
        const prepared = await preparation.next();
        const refused = preparation.takeRefused();
        if (refused.length > 0) yield refused;
        if (prepared !== undefined && prepared.ids.length > 0) yield* this.runJob(prepared, describe, key, context);
      }
    } catch (error) {
      const refused = preparation.takeRefused();
      if (refused.length > 0) yield refused;
      const info = { ...errorInfoOf(error, 'none'), effect: 'none' } as const;
      yield preparation.idsAhead().map((id) => notSent([id], info));
      throw error;
    } finally {
      await preparation.close();
    }
  }

  async *reconcile(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    const { describe, rules } = await this.plan(context);
    yield* reconcileRows(
      documents,
      { transport: this.transport, form: recordForm(describe.name, context.properties.payloadFormat), rules },
      context,
    );
  }

  private async *runJob(
    prepared: PreparedJob<Properties>,
    describe: SObjectDescribe,
    key: FieldDescribe | undefined,
    context: ExecutionContext<Properties>,
    leftJobId?: string,
  ): AsyncGenerator<OperationEvent | readonly OperationEvent[]> {
    const { properties, ids: inputs } = prepared;
    if (context.signal.aborted && leftJobId === undefined) {
      yield inputs.map((input) => failed([input], errorInfoOf(context.signal.reason, 'none')));
      return;
    }
    const { hardDelete, assignmentRuleId, restHeaders } = properties;
    const { id } = context.operation;
    const isHard = id === 'delete' && hardDelete === true;
    const operation = isHard ? 'hardDelete' : id === 'create' ? 'insert' : id;
    const rows = runRows(prepared, ingestSpec({ describe, operation, key, assignmentRuleId }), {
      requests: { transport: this.transport, kind: 'ingest', restHeaders },
      form: recordForm(describe.name, context.properties.payloadFormat),
      context,
      ...(leftJobId !== undefined && { leftJobId }),
    });
    yield* this.target.noting(describe.name, rows, context);
  }

  /** Checks the configuration against the live describe. */
  private async plan(context: ExecutionContext<Properties>) {
    const { properties, operation } = context;
    const describe = await this.target.check(context);
    checkIdle(context, 'BulkAPI2.0');
    const columns = new IngestColumns(describe, this.describes);
    const key = operation.id === 'upsert' ? externalIdField(describe, externalIdFieldName(properties)) : undefined;
    const fixed = await this.fixedColumns(operation.id, key, properties, columns, context);
    const rules: PreparationRules<Properties> = {
      maxBytes: jobBytesFor(properties.batchSize),
      ...(fixed !== undefined && { columns: fixed }),
      key:
        key === undefined
          ? { column: 'Id', comparable: comparableId }
          : { column: key.name, comparable: (value) => comparableKey(key, value) },
      groupOf: ({ assignmentRuleId = '', restHeaders = {} }) => JSON.stringify([assignmentRuleId.trim(), restHeaders]),
      read: (document) => {
        checkRule(document.properties.assignmentRuleId);
        documentHeaders({}, { restHeaders: document.properties.restHeaders ?? {} });
        return readIngestRow(document, { describe, operation: operation.id, columns, key: key?.name, fixed }, context);
      },
    };
    return { describe, key, rules };
  }

  /** The columns that are asked for, in their order, behind the one that tells records apart where it is not among them; those of a delete are the id alone. */
  private async fixedColumns(
    operation: string,
    key: FieldDescribe | undefined,
    { bulkHeader = '' }: Properties,
    columns: IngestColumns,
    context: ExecutionContext<Properties>,
  ): Promise<readonly string[] | undefined> {
    if (operation === 'delete') return ['Id'];
    const names = bulkHeader.split(',').map((name) => name.trim());
    if (bulkHeader.trim() === '') return undefined;
    const found: string[] = [];
    for (const name of names) {
      const column = await asConfig(async () => columns.columnOf(name, context), '/bulkHeader');
      if (found.includes(column))
        throw configError('COLUMN_REPEATED', `bulkHeader names ${column} twice`, '/bulkHeader');
      found.push(column);
    }
    const apart = operation === 'update' ? 'Id' : key?.name;
    return apart === undefined || found.includes(apart) ? found : [apart, ...found];
  }
}

function partOf({ jobId, rows }: LeftJob) {
  return { jobId, count: rows, receiptOf: (row: number) => receiptOf(jobId, row, rows) };
}

/** An unknown name of the configuration. */
async function asConfig<T>(work: () => Promise<T>, path: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isConnectorError(error) || error.info.category !== 'validation') throw error;
    throw configError(error.info.code, error.info.message, path);
  }
}

/** Of documents that were read when the run ended. */
function notSent(inputs: readonly string[], info: ErrorInfo): OperationEvent {
  return { type: 'result', inputs, status: 'notAttempted', message: info.message, error: info };
}
