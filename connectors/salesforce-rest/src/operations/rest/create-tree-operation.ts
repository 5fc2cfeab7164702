import {
  ConnectorError,
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type Operation,
} from '@connector-runtime/core';
import type { CreateTreeProperties } from '../../properties/write-properties.js';
import { treePath } from '../../transport/endpoints.js';
import type { ErrorAnswer } from '../../transport/error-answer.js';
import { protocolError } from '../../transport/refusals.js';
import { meaningOf } from '../../transport/service-codes.js';
import { accepted, readWritten, refusalInside, refused } from '../outcomes.js';
import type { TreeAnswer } from '../payload.js';
import { SingleWrites, type WriteRequest } from './single-writes.js';

/** The answer names each of at most 200 records. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Creates a tree of records per document, all of it or nothing: `records`, each with a `type` and a `referenceId`, in XML below `SObjectTreeRequest`. It is checked and sent unchanged.
 * Result: `success` / `201` with Salesforce's answer; `applicationError` with every error, each with the reference id of its record, and Salesforce's body where it gave one.
 * A lost answer is `unknown`, and so is one that does not name each record exactly once.
 * Source: Salesforce REST API Developer Guide, "sObject Tree".
 */
@injectable()
export class CreateTreeOperation implements Operation<CreateTreeProperties> {
  constructor(@inject(SingleWrites) private readonly writes: SingleWrites) {}

  execute(
    documents: AsyncIterable<Document<CreateTreeProperties>>,
    context: ExecutionContext<CreateTreeProperties>,
  ): Events {
    return this.writes.run<CreateTreeProperties, TreeRequest>(documents, context, (describe, payload) => ({
      request: async (document) => ({
        step: 'create tree',
        method: 'POST',
        path: treePath(describe.name),
        ...(await payload.checkedTree(document, context)),
        effect: 'once',
        maxAnswerBytes: MAX_ANSWER_BYTES,
        accepts: isFinalRefusal,
      }),
      result: (document, { status, text, earlier }, { referenceIds }) => {
        const answer = readWritten(() => payload.readTreeAnswer(text));
        if (status >= 300) {
          const result = refused(document, refusalOf(answer, earlier, status), payload);
          return { ...result, body: text, mediaType: payload.mediaType };
        }
        checkCreated(answer, referenceIds);
        return accepted(document, String(status), payload, text);
      },
    }));
  }
}

interface TreeRequest extends WriteRequest {
  /** Of the records that are sent. */
  readonly referenceIds: readonly string[];
}

/** A refusal with reasons that stay: one for the moment (a locked row) is left to the transport, to be sent again. */
function isFinalRefusal({ status, errors }: ErrorAnswer): boolean {
  return (
    status === 400 &&
    errors.length > 0 &&
    !errors.every(({ code, message }) => meaningOf(code, message).retryable === true)
  );
}

/** Each error says which record it is of; the first record is the path. */
function refusalOf(answer: TreeAnswer, earlier: 'none' | 'unknown', httpStatus: number): ConnectorError {
  const errors = answer.results.flatMap(({ referenceId, errors: own }) =>
    own.map((error) => (referenceId === '' ? error : { ...error, message: `record ${referenceId}: ${error.message}` })),
  );
  const { info, cause } = refusalInside(errors.length > 0 ? errors : answer.errors, earlier);
  const path = [answer.results[0]?.referenceId ?? '', info.path ?? ''].filter((part) => part !== '').join('/');
  const service = { ...info.service, httpStatus };
  return new ConnectorError({ ...info, step: 'create tree', service, ...(path === '' ? {} : { path }) }, { cause });
}

function checkCreated({ hasErrors, results }: TreeAnswer, referenceIds: readonly string[]): void {
  const named = results.filter(({ id }) => id !== '').map(({ referenceId }) => referenceId);
  const isWhole =
    !hasErrors &&
    named.length === results.length &&
    named.length === referenceIds.length &&
    new Set(named).size === named.length &&
    referenceIds.every((referenceId) => named.includes(referenceId));
  if (isWhole) return;
  throw protocolError(
    'ANSWER_UNEXPECTED',
    `the service answered a tree of ${referenceIds.length} records with ids of ${named.length}, and does not name each exactly once`,
    'unknown',
  );
}
