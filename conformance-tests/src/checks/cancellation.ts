import type { Check } from '../check.js';
import { expectThat } from '../findings.js';
import { documentsOf } from '../trial.js';

export const CANCELLATION: readonly Check[] = [
  {
    id: 'CAN-01',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'What is cancelled before it starts is not attempted',
    rule: 'Aborted before the start, or while the first document is being read, no request with an effect is sent and every document ends notAttempted.',
    cause: 'the signal of the call is not handed to the request',
    async run(trial) {
      for (const operation of trial.operations()) {
        const connection = await trial.connect();
        const early = await trial.run(connection, operation, documentsOf(operation.fixture.good(3)), {
          signal: AbortSignal.abort(),
        });
        const sent = (await trial.requests()).length;
        expectThat(sent === 0, 'no request', sent, `${operation.key}, aborted before the start`);
        expectThat(
          early.summary.counts.notAttempted === 3,
          'every document notAttempted',
          early.summary.counts,
          `${operation.key}, aborted before the start`,
        );
        if (operation.descriptor.effect !== 'read') await abortWhileReading(trial, operation, connection);
        await connection.close();
        trial.transport.requests.length = 0;
      }
    },
  },
];

/** The first document's body aborts the call when its bytes are asked for. */
async function abortWhileReading(
  trial: Parameters<Check['run']>[0],
  operation: ReturnType<typeof trial.operations>[number],
  connection: Awaited<ReturnType<typeof trial.connect>>,
): Promise<void> {
  const [sample] = operation.fixture.good(1);
  if (sample === undefined) return;
  const controller = new AbortController();
  async function* body() {
    controller.abort();
    yield sample?.body ?? new Uint8Array();
  }
  const document = { id: sample.key, mediaType: sample.mediaType, body: body() };
  const { summary } = await trial.run(connection, operation, [document], { signal: controller.signal });
  const writes = (await trial.requests()).filter((request) => operation.fixture.isWrite(request)).length;
  const did = `${operation.key}, aborted while the first document was read`;
  expectThat(writes === 0, 'no request with an effect', writes, did);
  expectThat(summary.counts.notAttempted === 1, 'the document notAttempted', summary.counts, did);
}
