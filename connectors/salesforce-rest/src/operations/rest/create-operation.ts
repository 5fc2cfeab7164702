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
import type { SObjectDescribe } from '../../browse/sobject-describe.js';
import type { CreateProperties } from '../../properties/operation-properties.js';
import { recordsPath } from '../../transport/endpoints.js';
import { XML_BOTH_WAYS } from '../../transport/headers.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { documentHeaders } from '../document-headers.js';
import { ObjectTarget } from '../object-target.js';
import { accepted, checkWritten, refused, withNearestField } from '../outcomes.js';
import { sendableXml } from '../sendable-xml.js';

/**
 * Creates one record per document; its XML is checked and sent unchanged.
 * Result: `success` / `201` with Salesforce's `<Result>`; `applicationError` with its message when refused; `unknown` when the answer was lost, for a create is not repeatable.
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
    yield* perDocument(documents, context, (document) => this.createRecord(document, describe, context));
  }

  private async createRecord(
    document: Document<CreateProperties>,
    describe: SObjectDescribe,
    context: ExecutionContext<CreateProperties>,
  ): Promise<ResultEvent> {
    try {
      const { response, text } = await this.transport.sendForXml(
        {
          step: 'create',
          method: 'POST',
          path: recordsPath(describe.name),
          headers: documentHeaders(XML_BOTH_WAYS, document.properties),
          body: await sendableXml(document, context),
          effect: 'once',
        },
        context,
      );
      checkWritten({ ...response, text });
      return accepted(document, String(response.status), text);
    } catch (error) {
      return refused(document, withNearestField(error, describe));
    }
  }
}
