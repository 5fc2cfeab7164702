import {
  ConnectorError,
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
import type { CreateTreeProperties } from '../../properties/operation-properties.js';
import { treePath } from '../../transport/endpoints.js';
import type { ErrorAnswer } from '../../transport/error-answer.js';
import { XML, XML_BOTH_WAYS } from '../../transport/headers.js';
import { protocolError } from '../../transport/refusals.js';
import { SalesforceTransport } from '../../transport/salesforce-transport.js';
import { meaningOf } from '../../transport/service-codes.js';
import { documentHeaders } from '../document-headers.js';
import { ObjectTarget } from '../object-target.js';
import { accepted, refusalInside, refused } from '../outcomes.js';
import { sendableXml } from '../sendable-xml.js';
import { readTreeAnswer, type TreeAnswer } from './tree-answer.js';

/** The answer names each of at most 200 records. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * Creates a tree of records per document, all of it or nothing: `SObjectTreeRequest` with `records`, each with a `type` and a `referenceId`. It is checked and sent unchanged.
 * Result: `success` / `201` with Salesforce's `SObjectTreeResponse`; `applicationError` with every error, each with the reference id of its record, and Salesforce's body where it gave one.
 * A lost answer is `unknown`, and so is one that does not name each record exactly once.
 * Source: Salesforce REST API Developer Guide, "sObject Tree".
 */
@injectable()
export class CreateTreeOperation implements Operation<CreateTreeProperties> {
  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
  ) {}

  async *execute(
    documents: AsyncIterable<Document<CreateTreeProperties>>,
    context: ExecutionContext<CreateTreeProperties>,
  ): Events {
    const describe = await this.target.check('createable', context);
    yield* perDocument(documents, context, (document) => this.createTree(document, describe, context));
  }

  private async createTree(
    document: Document<CreateTreeProperties>,
    describe: SObjectDescribe,
    context: ExecutionContext<CreateTreeProperties>,
  ): Promise<ResultEvent> {
    const referenceIds: string[] = [];
    let refusalBody: string | undefined;
    try {
      const body = await sendableXml(document, context, {
        startElement: ({ name, attributes }) => {
          if (name !== 'records') return;
          referenceIds.push(attributes.find((attribute) => attribute.name === 'referenceId')?.value ?? '');
        },
      });
      const { response, text } = await this.transport.sendForXml(
        {
          step: 'create tree',
          method: 'POST',
          path: treePath(describe.name),
          headers: documentHeaders(XML_BOTH_WAYS, document.properties),
          body,
          effect: 'once',
          maxAnswerBytes: MAX_ANSWER_BYTES,
          accepts: isFinalRefusal,
        },
        context,
      );
      if (response.status >= 300) {
        refusalBody = text;
        throw refusalOf(readTreeAnswer(text), response.earlier, response.status);
      }
      checkCreated(readTreeAnswer(text), referenceIds);
      return accepted(document, String(response.status), text);
    } catch (error) {
      const result = refused(document, error);
      return refusalBody === undefined ? result : { ...result, body: refusalBody, mediaType: XML };
    }
  }
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
