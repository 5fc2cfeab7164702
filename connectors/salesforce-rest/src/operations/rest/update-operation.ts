import {
  CONNECTION_PROPERTIES,
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type Operation,
  type ResultEvent,
} from '@connector-runtime/core';
import { perBatch, perDocument } from '@connector-runtime/core/authoring';
import type { SObjectDescribe } from '../../describe/sobject-describe.js';
import type { ConnectionProperties } from '../../properties/connection-properties.js';
import type { UpdateProperties } from '../../properties/operation-properties.js';
import { BATCH_PATH, recordPath } from '../../transport/endpoints.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { documentHeaders } from '../document-headers.js';
import { ObjectTarget } from '../object-target.js';
import { accepted, checkWritten, refused, withNearestField } from '../outcomes.js';
import type { IdentifiedRecord, Payload } from '../payload.js';
import { payloadOf } from '../payload-formats.js';
import { type ReadBack, readReadBack } from './read-back.js';

/** More than a record's long texts can come to. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;

type Properties = UpdateProperties;

/**
 * Updates one record per document by the `Id` in it, which is taken out of what is sent.
 * Result: `success` / `204` with the id; with `returnUpdatedRecord` `success` / `201` with the record as it is afterwards, in one request.
 * Source: Salesforce REST API Developer Guide, "sObject Rows" (PATCH) and "Composite Batch".
 */
@injectable()
export class UpdateOperation implements Operation<Properties> {
  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
    @inject(CONNECTION_PROPERTIES) private readonly connection: ConnectionProperties,
  ) {}

  async *execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    const describe = await this.target.check('updateable', context);
    const payload = await payloadOf(context.properties);
    const update = (document: Document<Properties>) => this.updateRecord(document, describe, payload, context);
    if (!context.properties.returnUpdatedRecord) {
      yield* perDocument(documents, context, update);
      return;
    }
    // Refusals for the moment stand inside a 200 here, where no request is repeated for them: batches of one are.
    yield* perBatch(documents, context, async (batch) => Promise.all(batch.map(update)), { maxDocuments: 1 });
  }

  private async updateRecord(
    document: Document<Properties>,
    describe: SObjectDescribe,
    payload: Payload,
    context: ExecutionContext<Properties>,
  ): Promise<ResultEvent> {
    let id = '';
    try {
      const record = payload.splitId(await payload.checkedText(document, context));
      id = record.id;
      const { properties } = document;
      const headers = documentHeaders(payload.bothWays, properties);
      if (properties.returnUpdatedRecord)
        return await this.updateAndRead(document, describe, record, payload, headers, context);
      const path = recordPath(describe.name, id);
      const { effect } = this;
      const { response, text } = await this.transport.sendForText(
        { step: 'update', method: 'PATCH', path, headers, body: record.rest, effect },
        payload.form,
        context,
      );
      checkWritten({ ...response, text }, payload);
      return accepted(document, '204', payload, payload.successBody(id));
    } catch (error) {
      return refused(document, withNearestField(error, describe), payload, id);
    }
  }

  private async updateAndRead(
    document: Document<Properties>,
    describe: SObjectDescribe,
    { id, rest }: IdentifiedRecord,
    payload: Payload,
    headers: Readonly<Record<string, string>>,
    context: ExecutionContext<Properties>,
  ): Promise<ResultEvent> {
    const path = await this.transport.versionedPath(recordPath(describe.name, id), context);
    const { response, text } = await this.transport.sendForText(
      {
        step: 'update and return updated record',
        method: 'POST',
        path: BATCH_PATH,
        headers,
        body: payload.readBackBatch(path, rest),
        effect: this.effect,
        maxAnswerBytes: MAX_RECORD_BYTES,
      },
      payload.form,
      context,
    );
    const answer: ReadBack = readReadBack(text, response.earlier, payload);
    if (answer.record !== undefined) return accepted(document, '201', payload, answer.record);
    const message = `updated, but reading the record failed: ${answer.reason ?? ''}`;
    context.logger.warn(`${document.id}: ${message}`);
    return { ...accepted(document, '204', payload, payload.successBody(id)), message };
  }

  private get effect(): 'repeatable' | 'once' {
    return this.connection.repeatUpdates ? 'repeatable' : 'once';
  }
}
