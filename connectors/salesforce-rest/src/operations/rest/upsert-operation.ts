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
import { perDocument } from '@connector-runtime/core/authoring';
import type { FieldDescribe, SObjectDescribe } from '../../describe/sobject-describe.js';
import type { ConnectionProperties } from '../../properties/connection-properties.js';
import type { UpsertProperties } from '../../properties/operation-properties.js';
import { externalIdPath, recordsPath } from '../../transport/endpoints.js';
import { SalesforceTransport, type ServiceRequest } from '../../transport/salesforce-transport.js';
import { documentHeaders } from '../document-headers.js';
import { externalIdField, externalIdFieldName, isUniqueKey } from '../external-id-field.js';
import { ObjectTarget } from '../object-target.js';
import { accepted, checkWritten, refused, withNearestField } from '../outcomes.js';
import type { Payload } from '../payload.js';
import { payloadOf } from '../payload-formats.js';

/**
 * Creates or updates one record per document, told apart by an external id whose value comes with the document's properties. Without a value a record is created.
 * Result: `success` with the HTTP status: `201` created, `200` or `204` updated. A lost answer is `unknown` unless the field is unique: then the same document may go again.
 * Source: Salesforce REST API Developer Guide, "sObject Rows by External ID" (PATCH, POST).
 */
@injectable()
export class UpsertOperation implements Operation<UpsertProperties> {
  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
    @inject(CONNECTION_PROPERTIES) private readonly connection: ConnectionProperties,
  ) {}

  async *execute(
    documents: AsyncIterable<Document<UpsertProperties>>,
    context: ExecutionContext<UpsertProperties>,
  ): Events {
    const name = externalIdFieldName(context.properties);
    const describe = await this.target.check('updateable', context);
    const key = externalIdField(describe, name);
    const payload = await payloadOf(context.properties);
    yield* perDocument(documents, context, (document) => this.upsertRecord(document, describe, key, payload, context));
  }

  private async upsertRecord(
    document: Document<UpsertProperties>,
    describe: SObjectDescribe,
    key: FieldDescribe,
    payload: Payload,
    context: ExecutionContext<UpsertProperties>,
  ): Promise<ResultEvent> {
    try {
      const { response, text } = await this.transport.sendForText(
        {
          step: 'upsert',
          ...this.address(describe, key, document.properties.externalIdValue ?? ''),
          headers: documentHeaders(payload.bothWays, document.properties),
          body: await payload.checkedBody(document, context),
        },
        payload.form,
        context,
      );
      checkWritten({ ...response, text }, payload);
      return accepted(document, String(response.status), payload, text);
    } catch (error) {
      return refused(document, withNearestField(error, describe), payload);
    }
  }

  private address(
    describe: SObjectDescribe,
    key: FieldDescribe,
    value: string,
  ): Pick<ServiceRequest, 'method' | 'path' | 'effect'> {
    if (value.trim() === '') {
      const path = key.type === 'id' ? externalIdPath(describe.name, key.name) : recordsPath(describe.name);
      return { method: 'POST', path, effect: 'once' };
    }
    return {
      method: 'PATCH',
      path: externalIdPath(describe.name, key.name, value),
      effect: isUniqueKey(key) && this.connection.repeatUpdates ? 'repeatable' : 'once',
    };
  }
}
