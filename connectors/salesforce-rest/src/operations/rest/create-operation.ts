import {
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type Operation,
} from '@connector-runtime/core';
import type { CreateProperties } from '../../properties/write-properties.js';
import { recordsPath } from '../../transport/endpoints.js';
import { accepted, checkWritten } from '../outcomes.js';
import { SingleWrites } from './single-writes.js';

/**
 * Creates one record per document; its text is checked and sent unchanged.
 * Result: `success` / `201` with Salesforce's result; `applicationError` with its message when refused; `unknown` when the answer was lost, for a create is not repeatable.
 * Source: Salesforce REST API Developer Guide, "sObject Basic Information" (POST).
 */
@injectable()
export class CreateOperation implements Operation<CreateProperties> {
  constructor(@inject(SingleWrites) private readonly writes: SingleWrites) {}

  execute(documents: AsyncIterable<Document<CreateProperties>>, context: ExecutionContext<CreateProperties>): Events {
    return this.writes.run(documents, context, (describe, payload) => ({
      request: async (document) => ({
        step: 'create',
        method: 'POST',
        path: recordsPath(describe.name),
        body: await payload.checkedBody(document, context, describe.name),
        effect: 'once',
      }),
      result: (document, answer) => {
        checkWritten(answer, payload);
        return accepted(document, String(answer.status), payload, answer.text);
      },
    }));
  }
}
