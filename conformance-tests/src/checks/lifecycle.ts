import { type Connection, type ConnectorPlugin, isConnectorError } from '@connector-runtime/core';
import type { Check } from '../check.js';
import { expectThat } from '../findings.js';

export const LIFECYCLE: readonly Check[] = [
  {
    id: 'LIF-01',
    level: 'MUST',
    title: 'Closing is idempotent',
    rule: 'close() of an open connection may be called twice, and twice at once: each call settles without an error.',
    cause: 'the second call closes what is gone already',
    async run(trial) {
      for (const atOnce of [true, false]) {
        const made: Connection[] = [];
        const connection = await trial.connect(trial.fixture.connections.valid, watched(trial.plugin, made));
        await connection.test();
        const [own] = made;
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

/** The plugin with a connection class that tells of its instances; whoever injects the original class gets the same one. */
function watched(plugin: ConnectorPlugin, made: Connection[]): ConnectorPlugin {
  const Original = plugin.connection;
  class Watched extends Original {
    // biome-ignore lint/suspicious/noExplicitAny: the shape that a mixin's constructor must have
    constructor(...args: any[]) {
      super(...args);
      made.push(this as unknown as Connection);
    }
  }
  for (const key of ['injectionTokens', 'design:paramtypes']) {
    const metadata: unknown = Reflect.getOwnMetadata(key, Original);
    if (metadata !== undefined) Reflect.defineMetadata(key, metadata, Watched);
  }
  return { ...plugin, connection: Watched, shared: [...(plugin.shared ?? []), [Original, Watched]] };
}
