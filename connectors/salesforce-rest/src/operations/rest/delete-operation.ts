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
import type { DeleteProperties } from '../../properties/operation-properties.js';
import { recordPath } from '../../transport/endpoints.js';
import { ACCEPT_XML } from '../../transport/headers.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { isGoneCode } from '../../transport/service-codes.js';
import { documentHeaders } from '../document-headers.js';
import { identifiedRecord } from '../identified-record.js';
import { ObjectTarget } from '../object-target.js';
import { accepted, checkWritten, refused, successBody } from '../outcomes.js';
import { sendableText } from '../sendable-xml.js';

/**
 * Deletes one record per document, whose root holds its `Id` (`<records>` or `<DeleteProfileConfig>`).
 * Result: `success` / `204` with the id. A record that is gone already is an `applicationError`, unless an earlier attempt for the same document had an unknown end: then that deleted it.
 * Source: Salesforce REST API Developer Guide, "sObject Rows" (DELETE).
 */
@injectable()
export class DeleteOperation implements Operation<DeleteProperties> {
  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
  ) {}

  async *execute(
    documents: AsyncIterable<Document<DeleteProperties>>,
    context: ExecutionContext<DeleteProperties>,
  ): Events {
    const describe = await this.target.check('deletable', context);
    yield* perDocument(documents, context, (document) => this.deleteRecord(document, describe, context));
  }

  private async deleteRecord(
    document: Document<DeleteProperties>,
    describe: SObjectDescribe,
    context: ExecutionContext<DeleteProperties>,
  ): Promise<ResultEvent> {
    let id = '';
    try {
      id = identifiedRecord(await sendableText(document, context)).id;
      const { response, text } = await this.transport.sendForXml(
        {
          step: 'delete',
          method: 'DELETE',
          path: recordPath(describe.name, id),
          headers: documentHeaders(ACCEPT_XML, document.properties),
          effect: 'repeatable',
          accepts: (answer, { earlier }) => earlier === 'unknown' && answer.errors.some(({ code }) => isGoneCode(code)),
        },
        context,
      );
      const result = accepted(document, '204', successBody(id));
      if (response.status >= 300) return { ...result, message: 'success: deleted by an attempt whose answer was lost' };
      checkWritten({ ...response, text });
      return result;
    } catch (error) {
      return refused(document, error, id);
    }
  }
}
