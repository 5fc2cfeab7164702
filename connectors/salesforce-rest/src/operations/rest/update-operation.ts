import {
  CONNECTION_PROPERTIES,
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type Operation,
} from '@connector-runtime/core';
import type { SObjectDescribe } from '../../describe/sobject-describe.js';
import type { ConnectionProperties } from '../../properties/connection-properties.js';
import type { UpdateProperties } from '../../properties/write-properties.js';
import { BATCH_PATH, recordPath } from '../../transport/endpoints.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { comparableId } from '../comparable-key.js';
import { accepted, checkWritten } from '../outcomes.js';
import type { Payload } from '../payload.js';
import { readReadBack } from './read-back.js';
import { type SingleWrite, SingleWrites } from './single-writes.js';

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
    @inject(SingleWrites) private readonly writes: SingleWrites,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
    @inject(CONNECTION_PROPERTIES) private readonly connection: ConnectionProperties,
  ) {}

  execute(documents: AsyncIterable<Document<Properties>>, context: ExecutionContext<Properties>): Events {
    return this.writes.run(documents, context, (describe, payload) =>
      context.properties.returnUpdatedRecord
        ? this.readingBack(describe, payload, context)
        : this.plain(describe, payload, context),
    );
  }

  private plain(
    describe: SObjectDescribe,
    payload: Payload,
    context: ExecutionContext<Properties>,
  ): SingleWrite<Properties> {
    const { effect } = this;
    return {
      request: async (document) => {
        const { id, rest: body } = payload.splitId(await payload.checkedText(document, context, describe.name));
        const path = recordPath(describe.name, id);
        return { id, key: comparableId(id), step: 'update', method: 'PATCH', path, body, effect };
      },
      result: (document, answer, { id = '' }) => {
        checkWritten(answer, payload, id);
        return accepted(document, '204', payload, payload.successBody(id));
      },
    };
  }

  private readingBack(
    describe: SObjectDescribe,
    payload: Payload,
    context: ExecutionContext<Properties>,
  ): SingleWrite<Properties> {
    const { effect } = this;
    return {
      hasRefusalsInside: true,
      request: async (document) => {
        const { id, rest } = payload.splitId(await payload.checkedText(document, context, describe.name));
        const path = await this.transport.versionedPath(recordPath(describe.name, id), context);
        return {
          id,
          key: comparableId(id),
          step: 'update and return updated record',
          method: 'POST',
          path: BATCH_PATH,
          body: payload.readBackBatch(path, rest),
          effect,
          maxAnswerBytes: MAX_RECORD_BYTES,
        };
      },
      result: (document, { text, earlier }, { id = '' }) => {
        const { record, reason = '' } = readReadBack(text, earlier, payload, id);
        if (record !== undefined) return accepted(document, '201', payload, record);
        const message = `updated, but reading the record failed: ${reason}`;
        context.logger.warn(`${document.id}: ${message}`);
        return { ...accepted(document, '204', payload, payload.successBody(id)), message };
      },
    };
  }

  private get effect(): 'repeatable' | 'once' {
    return this.connection.repeatUpdates ? 'repeatable' : 'once';
  }
}
