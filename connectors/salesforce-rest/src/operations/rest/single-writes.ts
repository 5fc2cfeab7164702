import {
  type Document,
  type Events,
  type ExecutionContext,
  inject,
  injectable,
  type ResultEvent,
} from '@connector-runtime/core';
import { perBatch, perDocument } from '@connector-runtime/core/authoring';
import type { SObjectDescribe } from '../../describe/sobject-describe.js';
import { withStep } from '../../transport/refusals.js';
import { SalesforceTransport, type ServiceRequest } from '../../transport/salesforce-transport.js';
import { documentHeaders, type HeaderProperties } from '../document-headers.js';
import { checkIdle } from '../idle-properties.js';
import { ObjectTarget } from '../object-target.js';
import { refused, type WriteAnswer, withNearestField } from '../outcomes.js';
import type { Payload } from '../payload.js';
import { payloadOf } from '../payload-formats.js';
import { RecordsUnderWay } from '../records-under-way.js';

type WriteProperties = HeaderProperties & { readonly payloadFormat: 'xml' | 'json' };

/** What is sent for a document. */
export interface WriteRequest extends Omit<ServiceRequest, 'headers'> {
  /** Of the record, where the document tells it. */
  readonly id?: string;
  /** What tells the record apart: equal where the service takes two for one. Absent where nothing does. */
  readonly key?: string;
}

/** A document, and its request once that is asked for. */
interface SingleDocument<P, R> extends Document<P> {
  readonly request: () => Promise<R>;
}

/** What an operation does with each document, one request for each. */
export interface SingleWrite<P, R extends WriteRequest = WriteRequest> {
  /** Throws where the document cannot be sent. */
  request(document: Document<P>): Promise<R>;
  /** What an answer means that is 2xx, or that the request accepts. Throws where it refuses the write, or does not say what it did. */
  result(document: Document<P>, answer: WriteAnswer, request: R): ResultEvent;
  /** Refusals for the moment stand inside a 200, where the transport repeats nothing for them: the documents go again as batches of one do. */
  readonly hasRefusalsInside?: boolean;
}

/** Runs the writes that send one request per document: checks the object type, sends, and makes of each answer or error the document's result. What concerns one record goes in the order of the input. */
@injectable()
export class SingleWrites {
  constructor(
    @inject(ObjectTarget) private readonly target: ObjectTarget,
    @inject(SalesforceTransport) private readonly transport: SalesforceTransport,
  ) {}

  async *run<P extends WriteProperties, R extends WriteRequest = WriteRequest>(
    documents: AsyncIterable<Document<P>>,
    context: ExecutionContext<P>,
    writeTo: (describe: SObjectDescribe, payload: Payload) => SingleWrite<P, R>,
  ): Events {
    const describe = await this.target.check(context);
    checkIdle(context, 'RESTAPI');
    const payload = await payloadOf(context.properties);
    const write = writeTo(describe, payload);
    const underWay = new RecordsUnderWay();
    const inTurn = <T>({ request }: SingleDocument<P, R>, work: () => Promise<T>): Promise<T> =>
      underWay.inTurn(
        request().then(
          ({ key = '' }) => [key],
          () => [],
        ),
        work,
      );
    const send = async (document: SingleDocument<P, R>) => {
      const result = await this.send(document, write, describe, payload, context);
      if (result.error !== undefined) await this.target.noteRefusals(describe.name, [result.error], context);
      return result;
    };
    yield* write.hasRefusalsInside
      ? perBatch(withRequests(documents, write), context, (batch) => Promise.all(batch.map(send)), {
          maxDocuments: 1,
          inTurn: ([document], work) => (document === undefined ? work() : inTurn(document, work)),
        })
      : perDocument(documents, context, (document) => {
          const single = withRequest(document, write);
          return inTurn(single, () => send(single));
        });
  }

  private async send<P extends WriteProperties, R extends WriteRequest>(
    document: SingleDocument<P, R>,
    write: SingleWrite<P, R>,
    describe: SObjectDescribe,
    payload: Payload,
    context: ExecutionContext<P>,
  ): Promise<ResultEvent> {
    let request: R | undefined;
    try {
      request = await document.request();
      const form = request.body === undefined ? payload.accept : payload.bothWays;
      const headers = documentHeaders(form, document.properties);
      const { response, text } = await this.transport.sendForText({ ...request, headers }, payload.form, context);
      return write.result(document, { status: response.status, text, earlier: response.earlier }, request);
    } catch (error) {
      const told = withNearestField(request === undefined ? error : withStep(error, request.step), describe);
      return refused(document, told, payload, request?.id);
    }
  }
}

function withRequest<P, R extends WriteRequest>(document: Document<P>, write: SingleWrite<P, R>): SingleDocument<P, R> {
  const { id, body, properties } = document;
  let made: Promise<R> | undefined;
  const request = (): Promise<R> => {
    made ??= write.request(document);
    return made;
  };
  return { id, body, properties, request };
}

async function* withRequests<P, R extends WriteRequest>(
  documents: AsyncIterable<Document<P>>,
  write: SingleWrite<P, R>,
): AsyncGenerator<SingleDocument<P, R>> {
  for await (const document of documents) yield withRequest(document, write);
}
