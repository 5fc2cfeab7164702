import {
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type Operation,
} from '@connector-runtime/core';
import type { DeleteProperties } from '../../properties/write-properties.js';
import { recordPath } from '../../transport/endpoints.js';
import { isGoneCode } from '../../transport/service-codes.js';
import { comparableId } from '../comparable-key.js';
import { checkDeleted } from '../object-type-check.js';
import { accepted, checkWritten } from '../outcomes.js';
import { SingleWrites } from './single-writes.js';

/**
 * Deletes one record per document, whose root holds its `Id` (`<records>`, `<DeleteProfileConfig>` or a JSON object).
 * Result: `success` / `204` with the id. A record that is gone already is an `applicationError`, unless an earlier attempt for the same document had an unknown end: then that deleted it.
 * Source: Salesforce REST API Developer Guide, "sObject Rows" (DELETE).
 */
@injectable()
export class DeleteOperation implements Operation<DeleteProperties> {
  constructor(@inject(SingleWrites) private readonly writes: SingleWrites) {}

  execute(documents: AsyncIterable<Document<DeleteProperties>>, context: ExecutionContext<DeleteProperties>): Events {
    return this.writes.run(documents, context, (describe, payload) => ({
      request: async (document) => {
        const { id } = payload.splitId(await payload.checkedText(document, context, describe.name));
        checkDeleted(id, describe);
        return {
          id,
          key: comparableId(id),
          step: 'delete',
          method: 'DELETE',
          path: recordPath(describe.name, id),
          effect: 'repeatable',
          accepts: (answer, { earlier }) => earlier === 'unknown' && answer.errors.some(({ code }) => isGoneCode(code)),
        };
      },
      result: (document, answer, { id }) => {
        const result = accepted(document, '204', payload, payload.successBody(id));
        if (answer.status >= 300) return { ...result, message: 'success: deleted by an attempt whose answer was lost' };
        checkWritten(answer, payload, id);
        return result;
      },
    }));
  }
}
