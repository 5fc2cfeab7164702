import { ConnectorError, type Document, type ErrorInfo, type Events, type ResultEvent } from '@connector-runtime/core';
import { eachDocument } from '@connector-runtime/core/authoring';
import { CountedDocuments, success } from './execution-context.js';

const errorOf = (category: ErrorInfo['category']) =>
  new ConnectorError({ category, code: 'REFUSED', message: 'refused', effect: 'none', retryable: false });

/** The statuses of three documents of which the second meets an error after an output. */
async function statusesWith(error: Error): Promise<{ statuses: string[]; outputs: number; thrown: unknown }> {
  const statuses: string[] = [];
  let outputs = 0;
  let taken = 0;
  const work = async function* ({ id }: Document): Events {
    taken += 1;
    yield { type: 'output', inputs: [id], body: 'x', mediaType: 'text/plain' };
    if (taken === 2) throw error;
    yield success(id);
  };
  try {
    for await (const event of eachDocument(new CountedDocuments(3), work)) {
      if ('type' in event && event.type === 'result') statuses.push((event as ResultEvent).status);
      else outputs += 1;
    }
  } catch (thrown) {
    return { statuses, outputs, thrown };
  }
  return { statuses, outputs, thrown: undefined };
}

describe('eachDocument', () => {
  test('gives a document that fails a result of its own, and goes on', async () => {
    expect(await statusesWith(errorOf('validation'))).toEqual({
      statuses: ['success', 'applicationError', 'success'],
      outputs: 3,
      thrown: undefined,
    });
  });

  test.each([errorOf('auth'), errorOf('quota'), errorOf('config'), errorOf('cancelled'), new TypeError('ours')])(
    'ends by what every further document would meet: %s',
    async (error) => {
      expect(await statusesWith(error)).toEqual({ statuses: ['success'], outputs: 2, thrown: error });
    },
  );

  test('closes the documents when it is left', async () => {
    const documents = new CountedDocuments(3);

    for await (const _event of eachDocument(documents, async function* ({ id }) {
      yield success(id);
    }))
      break;

    expect([documents.taken, documents.closed]).toEqual([1, true]);
  });
});
