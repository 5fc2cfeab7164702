import {
  type Body,
  ConnectorError,
  type Document,
  type Events,
  type ExecutionContext,
  errorInfoOf,
  inject,
  injectable,
  type Json,
  type Operation,
  type ResultEvent,
} from '@connector-runtime/core';
import { failed, perBatch } from '@connector-runtime/core/authoring';
import { codeIn, isObject, objectIn, unexpectedAnswer } from './answers.js';
import { Client } from './client.js';

/** Creates a record for each document, many in a request; the service judges each by itself. */
@injectable()
export class CreateRecords implements Operation {
  constructor(@inject(Client) private readonly client: Client) {}

  /** `perBatch` keeps `maxInFlight`, the order and the size of a batch; what is thrown in it becomes the result of the batch's documents. */
  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perBatch(documents, context, (batch) => this.create(batch, context));
  }

  /** Every document of the batch gets exactly one result. One that is no record is refused here: in the request it would spoil all others. */
  private async create(batch: readonly Document[], context: ExecutionContext): Promise<readonly ResultEvent[]> {
    const refused: ResultEvent[] = [];
    const records = new Map<string, string>();
    for (const { id, body } of batch) {
      try {
        records.set(id, await recordIn(body, context.operation.limits.maxDocumentBytes));
      } catch (error) {
        refused.push(failed([id], errorInfoOf(error, 'none')));
      }
    }
    if (records.size === 0) return refused;
    try {
      return [...refused, ...(await this.send([...records.keys()], [...records.values()], context))];
    } catch (error) {
      if (refused.length === 0) throw error;
      return [...refused, failed([...records.keys()], errorInfoOf(error, 'unknown'))];
    }
  }

  private async send(
    ids: readonly string[],
    records: readonly string[],
    context: ExecutionContext,
  ): Promise<readonly ResultEvent[]> {
    // Put together as text: JSON.parse and JSON.stringify would lose the digits of large numbers.
    const items = records.map((record, index) => `{"ref":"${index}","record":${record}}`);
    const answer = await this.client.send(
      {
        method: 'POST',
        path: `/records/${encodeURIComponent(context.objectType)}`,
        body: `{"records":[${items.join(',')}]}`,
        effect: 'once',
      },
      context,
    );
    const { results } = await objectIn(answer, 'unknown');
    if (!Array.isArray(results)) throw unexpectedAnswer('the answer has no results', 'unknown');
    // By `ref`, for the service gives its results in any order.
    const byRef = new Map(results.filter(isObject).map((result) => [result.ref, result]));
    return ids.map((id, index) => resultOf(id, byRef.get(String(index))));
  }
}

/** The text of a JSON object, as it came. Throws `tooLarge`, or `validation`: nothing was sent then. */
async function recordIn(body: Body, maxBytes: number): Promise<string> {
  const text = await body.text(maxBytes);
  try {
    if (isObject(JSON.parse(text) as Json)) return text;
  } catch {
    // told below
  }
  throw new ConnectorError({
    category: 'validation',
    code: 'ACME_RECORD_INVALID',
    message: 'a document must be a JSON object',
    effect: 'none',
    retryable: false,
  });
}

/** Success is what the service says of this very record: its status 201. */
function resultOf(id: string, result: Readonly<Record<string, Json>> = {}): ResultEvent {
  const { status } = result;
  if (status === 201) return { type: 'result', inputs: [id], status: 'success', code: '201' };
  // Only a 4xx is a refusal. Whatever else is said, or not said, leaves open what became of the record.
  if (typeof status !== 'number' || status < 400 || status > 499)
    return failed([id], unexpectedAnswer('the answer does not say what became of the record', 'unknown').info);
  const code = codeIn(result) ?? 'REFUSED';
  return failed([id], {
    category: 'validation',
    code: `ACME_${code}`,
    message: `the service refuses the record: ${code}`,
    effect: 'none',
    retryable: false,
    service: { httpStatus: status, code },
  });
}
