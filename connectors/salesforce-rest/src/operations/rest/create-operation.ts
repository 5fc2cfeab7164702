import {
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type Operation,
  type ResultEvent,
} from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import type { SObjectDescribe } from '../../describe/sobject-describe.js';
import type { CreateProperties } from '../../properties/operation-properties.js';
import { recordsPath } from '../../transport/endpoints.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { documentHeaders } from '../document-headers.js';
import { ObjectTarget } from '../object-target.js';
import { accepted, checkWritten, refused, withNearestField } from '../outcomes.js';
import type { Payload } from '../payload.js';
import { payloadOf } from '../payload-formats.js';

/**
 * Creates one record per document; its text is checked and sent unchanged.
 * Result: `success` / `201` with Salesforce's result; `applicationError` with its message when refused; `unknown` when the answer was lost, for a create is not repeatable.
 * Source: Salesforce REST API Developer Guide, "sObject Basic Information" (POST).
 */
@injectable()
export class CreateOperation implements Operation<CreateProperties> {
  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
  ) {}

  async *execute(
    documents: AsyncIterable<Document<CreateProperties>>,
    context: ExecutionContext<CreateProperties>,
  ): Events {
    const describe = await this.target.check('createable', context);
    const payload = await payloadOf(context.properties);
    yield* perDocument(documents, context, (document) => this.createRecord(document, describe, payload, context));
  }

  private async createRecord(
    document: Document<CreateProperties>,
    describe: SObjectDescribe,
    payload: Payload,
    context: ExecutionContext<CreateProperties>,
  ): Promise<ResultEvent> {
    try {
      const { response, text } = await this.transport.sendForText(
        {
          step: 'create',
          method: 'POST',
          path: recordsPath(describe.name),
          headers: documentHeaders(payload.bothWays, document.properties),
          body: await payload.checkedBody(document, context),
          effect: 'once',
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
}
