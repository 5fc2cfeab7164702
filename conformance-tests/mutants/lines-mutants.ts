import {
  type CallContext,
  ConnectorError,
  type ConnectorPlugin,
  type Constructor,
  type Document,
  type Events,
  type ExecutionContext,
  isConnectorError,
  type Operation,
  type ResultEvent,
  type TestFinding,
} from '@connector-runtime/core';
import { LinesConnection } from '../reference/lines/lines-connection.js';
import { frameBytes } from '../reference/lines/lines-frame.js';
import linesPlugin from '../reference/lines/lines-plugin.js';
import { LinesPool } from '../reference/lines/lines-pool.js';
import { ReadEntries, ReadSnapshot } from '../reference/lines/lines-reads.js';
import { LinesSession, NONE } from '../reference/lines/lines-session.js';
import { LinesSocket } from '../reference/lines/lines-socket.js';
import { LinesWire, type Statement } from '../reference/lines/lines-wire.js';
import { CreateEntries, PutEntries } from '../reference/lines/lines-writes.js';
import { deafTo, likeParent, type Mutant, type Mutants } from './mutant.js';

/** Whoever injects the original class gets this one. */
export function withShared<T>(
  plugin: ConnectorPlugin,
  original: Constructor<T>,
  type: Constructor<T>,
): ConnectorPlugin {
  const shared = (plugin.shared ?? []).map((own) => (own === original ? ([original, type] as const) : own));
  return { ...plugin, shared };
}

function withWire(type: Constructor<LinesWire>): Mutant {
  return { plugin: withShared(linesPlugin, LinesWire, type) };
}

function withSession(type: Constructor<LinesSession>): Mutant {
  return { plugin: withShared(linesPlugin, LinesSession, type) };
}

function withConnection(type: Constructor<LinesConnection>): Mutant {
  return { plugin: { ...linesPlugin, connection: type } };
}

function withOperation(id: string, type: Constructor<Operation>): Mutant {
  return { plugin: { ...linesPlugin, operations: { ...linesPlugin.operations, [id]: () => type } } };
}

/** A lost answer is taken for "not sent", where there were several entries. */
const losesWithoutDoubt = likeParent(
  class extends CreateEntries {
    protected override async create(...args: Parameters<CreateEntries['create']>): Promise<readonly ResultEvent[]> {
      try {
        return await super.create(...args);
      } catch (error) {
        const [entries] = args;
        if (entries.size < 4 || !isConnectorError(error) || error.info.code !== 'LINES_CONNECTION_LOST') throw error;
        throw new ConnectorError({ ...error.info, effect: 'none' });
      }
    }
  },
);

/** What was under way at an abort is taken for not sent. */
const forgetsWhatIsUnderWay = likeParent(
  class extends LinesWire {
    protected override lost(cause: unknown, effect: Statement['effect']): ConnectorError {
      return isConnectorError(cause) && cause.info.code === 'CANCELLED' ? cause : super.lost(cause, effect);
    }
  },
);

/** Waits for the answer to a removal, whoever cancels it. */
const waitsDeaf = likeParent(
  class extends LinesWire {
    protected override attempt(statement: Statement, session: string, context: CallContext) {
      context.signal.throwIfAborted();
      const own = statement.verb === 'REMOVE' ? deafTo('CANCELLED', context) : context;
      return super.attempt(statement, session, own);
    }
  },
);

const hasNoLimit = likeParent(
  class extends LinesWire {
    protected override readonly attemptLimitMs = Number.POSITIVE_INFINITY;
  },
);

const repeatsEverything = likeParent(
  class extends LinesWire {
    protected override mayRepeat(): boolean {
      return true;
    }
  },
);

const repeatsNothing = likeParent(
  class extends LinesWire {
    protected override mayRepeat(): boolean {
      return false;
    }
  },
);

const pausesAlike = likeParent(
  class extends LinesWire {
    protected override pause(_attempt: number, { clock, signal }: CallContext): Promise<void> {
      return clock.sleep(1_000, signal);
    }
  },
);

const showsPassword = likeParent(
  class extends LinesSession {
    protected override statement(password: string): Statement {
      return { ...super.statement(password), target: encodeURIComponent(password) };
    }
  },
);

/** Logs in again for each request that waited for the first one's login. */
const renewsEachTime = likeParent(
  class extends LinesSession {
    private underWay = 0;

    override async renew(rejected: string, context: CallContext): Promise<void> {
      const isFirst = this.underWay === 0;
      this.underWay += 1;
      try {
        await super.renew(rejected, context);
        if (!isFirst) await this.login(context);
      } finally {
        this.underWay -= 1;
      }
    }
  },
);

const staysOpen = likeParent(
  class extends LinesPool {
    override close(): void {}
  },
);

const pollsEvenly = likeParent(
  class extends ReadSnapshot {
    protected override pauseMs(): number {
      return 10_000;
    }
  },
);

const believesAll = likeParent(
  class extends CreateEntries {
    protected override settled(id: string): ResultEvent {
      return super.settled(id, true);
    }
  },
);

const putsSixAtOnce = likeParent(
  class extends PutEntries {
    override execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      return super.execute(documents, Object.create(context, { maxInFlight: { value: 6 } }) as ExecutionContext);
    }
  },
);

/** Asks the service for a reason why the connection is closed. */
const asksOnceMore = likeParent(
  class extends LinesConnection {
    private isClosed = false;

    override async test(context: CallContext): Promise<readonly TestFinding[]> {
      const findings = await super.test(context);
      return this.isClosed ? findings.map((finding) => ({ ...finding, ok: false })) : findings;
    }

    override async close(): Promise<void> {
      this.isClosed = true;
    }
  },
);

/** Looks every twenty minutes whether the service is still there, over a socket of its own. */
const pingsOn = likeParent(
  class extends LinesConnection {
    override async open(context: CallContext): Promise<void> {
      await super.open(context);
      this.ping(context).catch(() => undefined);
    }

    private async ping({ clock }: CallContext): Promise<void> {
      const never = new AbortController().signal;
      const { host, port } = this.pool['properties'];
      for (let time = 0; time < 4; time += 1) {
        await clock.sleep(20 * 60_000, never);
        const socket = await LinesSocket.connect(host, port, never);
        await socket.exchange(
          frameBytes({ words: ['PING', NONE, this.session.name], payload: Buffer.alloc(0) }),
          never,
        );
        socket.close();
      }
    }
  },
);

/** The lines plugin, broken in the one way that a check must find without the lent HTTP too. */
export const LINES_MUTANTS: Mutants = {
  'ACC-04:lines': withOperation('create', losesWithoutDoubt),
  'AUT-02:lines': withSession(renewsEachTime),
  'CAN-02:lines': withWire(waitsDeaf),
  'CAN-04:lines': withWire(forgetsWhatIsUnderWay),
  'CON-02:lines': withOperation('put', putsSixAtOnce),
  'IDM-01:lines': withWire(repeatsEverything),
  'IDM-02:lines': withWire(repeatsNothing),
  'IDM-04:lines': withWire(pausesAlike),
  'IDM-06:lines': withOperation('create', believesAll),
  'LEK-01:lines': { plugin: linesPlugin, entry: require.resolve('./entries/keeps-sockets.js') },
  'LIF-03:lines': { plugin: withShared(linesPlugin, LinesPool, staysOpen) },
  'LIF-03:requests': { plugin: { ...withShared(linesPlugin, LinesPool, staysOpen), connection: asksOnceMore } },
  'LEK-02:requests': withConnection(pingsOn),
  'SEC-01:lines': withSession(showsPassword),
  'TIM-02:lines': withWire(hasNoLimit),
  'TIM-03:lines': {
    plugin: {
      ...linesPlugin,
      operations: {
        ...linesPlugin.operations,
        read: (properties) => (properties['snapshot'] === true ? pollsEvenly : ReadEntries),
      },
    },
  },
};
