import { type Connection, isConnectorError } from '@connector-runtime/core';
import type { Check } from '../check.js';
import { expectThat } from '../findings.js';

export const LIFECYCLE: readonly Check[] = [
  {
    id: 'LIF-01',
    level: 'MUST',
    profile: 'core',
    needs: [],
    title: 'Closing is idempotent',
    rule: 'close() of an open connection may be called twice, and twice at once: each call settles without an error.',
    cause: 'the second call closes what is gone already',
    async run(trial) {
      for (const atOnce of [true, false]) {
        const { plugin, seen } = trial.observe();
        const connection = await trial.connect({ plugin });
        await connection.test();
        const [own] = seen.connections;
        if (own === undefined) continue;
        const did = atOnce ? 'calling close() twice at once' : 'calling close() twice, one after the other';
        const problem = await closeTwice(own, atOnce);
        expectThat(problem === undefined, 'both calls settle without an error', problem, did);
        await connection.close();
      }
    },
  },
];

async function closeTwice(connection: Connection, atOnce: boolean): Promise<string | undefined> {
  try {
    if (atOnce) await Promise.all([connection.close(), connection.close()]);
    else {
      await connection.close();
      await connection.close();
    }
    return undefined;
  } catch (error) {
    return isConnectorError(error) ? error.info.code : String(error);
  }
}
