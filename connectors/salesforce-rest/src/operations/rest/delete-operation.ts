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
import type { DeleteProperties } from '../../properties/operation-properties.js';
import { recordPath } from '../../transport/endpoints.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { isGoneCode } from '../../transport/service-codes.js';
import { documentHeaders } from '../document-headers.js';
import { ObjectTarget } from '../object-target.js';
import { accepted, checkWritten, refused } from '../outcomes.js';
import type { Payload } from '../payload.js';
import { payloadOf } from '../payload-formats.js';

/**
 * Deletes one record per document, whose root holds its `Id` (`<records>`, `<DeleteProfileConfig>` or a JSON object).
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
    const payload = await payloadOf(context.properties);
    yield* perDocument(documents, context, (document) => this.deleteRecord(document, describe, payload, context));
  }

  private async deleteRecord(
    document: Document<DeleteProperties>,
    describe: SObjectDescribe,
    payload: Payload,
    context: ExecutionContext<DeleteProperties>,
  ): Promise<ResultEvent> {
    let id = '';
    try {
      id = payload.splitId(await payload.checkedText(document, context)).id;
      const { response, text } = await this.transport.sendForText(
        {
          step: 'delete',
          method: 'DELETE',
          path: recordPath(describe.name, id),
          headers: documentHeaders(payload.accept, document.properties),
          effect: 'repeatable',
          accepts: (answer, { earlier }) => earlier === 'unknown' && answer.errors.some(({ code }) => isGoneCode(code)),
        },
        payload.form,
        context,
      );
      const result = accepted(document, '204', payload, payload.successBody(id));
      if (response.status >= 300) return { ...result, message: 'success: deleted by an attempt whose answer was lost' };
      checkWritten({ ...response, text }, payload);
      return result;
    } catch (error) {
      return refused(document, error, payload, id);
    }
  }
}
