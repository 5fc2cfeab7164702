import {
  CONNECTION_PROPERTIES,
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type Operation,
} from '@connector-runtime/core';
import type { FieldDescribe, SObjectDescribe } from '../../describe/sobject-describe.js';
import type { ConnectionProperties } from '../../properties/connection-properties.js';
import type { UpsertProperties } from '../../properties/write-properties.js';
import { externalIdPath, recordsPath } from '../../transport/endpoints.js';
import { comparableKey } from '../comparable-key.js';
import { externalIdField, externalIdFieldName, isUniqueKey } from '../external-id-field.js';
import { accepted, checkWritten } from '../outcomes.js';
import { SingleWrites, type WriteRequest } from './single-writes.js';

/**
 * Creates or updates one record per document, told apart by an external id whose value comes with the document's properties. Without a value a record is created.
 * Result: `success` with the HTTP status: `201` created, `200` or `204` updated. A lost answer is `unknown` unless the field is unique: then the same document may go again.
 * Source: Salesforce REST API Developer Guide, "sObject Rows by External ID" (PATCH, POST).
 */
@injectable()
export class UpsertOperation implements Operation<UpsertProperties> {
  constructor(
    @inject(SingleWrites) private readonly writes: SingleWrites,
    @inject(CONNECTION_PROPERTIES) private readonly connection: ConnectionProperties,
  ) {}

  async *execute(
    documents: AsyncIterable<Document<UpsertProperties>>,
    context: ExecutionContext<UpsertProperties>,
  ): Events {
    const name = externalIdFieldName(context.properties);
    yield* this.writes.run(documents, context, (describe, payload) => {
      const key = externalIdField(describe, name);
      return {
        request: async (document) => ({
          step: 'upsert',
          ...this.address(describe, key, document.properties.externalIdValue ?? ''),
          body: await payload.checkedBody(document, context, describe.name),
        }),
        result: (document, answer) => {
          checkWritten(answer, payload);
          return accepted(document, String(answer.status), payload, answer.text);
        },
      };
    });
  }

  private address(
    describe: SObjectDescribe,
    key: FieldDescribe,
    value: string,
  ): Pick<WriteRequest, 'method' | 'path' | 'effect' | 'key'> {
    if (value.trim() === '') {
      const path = key.type === 'id' ? externalIdPath(describe.name, key.name) : recordsPath(describe.name);
      return { method: 'POST', path, effect: 'once' };
    }
    return {
      key: comparableKey(key, value),
      method: 'PATCH',
      path: externalIdPath(describe.name, key.name, value),
      effect: isUniqueKey(key) && this.connection.repeatUpdates ? 'repeatable' : 'once',
    };
  }
}
