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
} from '@connector-runtime/core';
import linesPlugin from '../reference/lines/lines-plugin.js';
import { LinesPool } from '../reference/lines/lines-pool.js';
import { ReadEntries, ReadSnapshot } from '../reference/lines/lines-reads.js';
import { LinesSession } from '../reference/lines/lines-session.js';
import { LinesWire, type Statement } from '../reference/lines/lines-wire.js';
import { CreateEntries, PutEntries } from '../reference/lines/lines-writes.js';
import { likeParent, type Mutant } from './mutant.js';

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

function withOperation(id: string, type: Constructor<Operation>): Mutant {
  return { plugin: { ...linesPlugin, operations: { ...linesPlugin.operations, [id]: () => type } } };
}

/** A lost answer is taken for "not sent", and not tried again. */
const losesWithoutDoubt = likeParent(
  class extends LinesWire {
    protected override lost(cause: unknown, effect: Statement['effect']): ConnectorError {
      const { info } = super.lost(cause, effect);
      return new ConnectorError({ ...info, effect: 'none', retryable: false }, { cause });
    }
  },
);

/** What was under way at an abort is taken for not sent. */
const forgetsWhatIsUnderWay = likeParent(
  class extends LinesWire {
    protected override lost(cause: unknown, effect: Statement['effect']): ConnectorError {
      return isConnectorError(cause) ? (cause as ConnectorError) : super.lost(cause, effect);
    }
  },
);

/** Waits for an answer whatever becomes of its call. */
const waitsDeaf = likeParent(
  class extends LinesWire {
    protected override attempt(statement: Statement, session: string, context: CallContext) {
      return super.attempt(statement, session, { ...context, signal: new AbortController().signal });
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

const renewsEachTime = likeParent(
  class extends LinesSession {
    override renew(_rejected: string, context: CallContext): Promise<void> {
      return this.login(context);
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
    override async *execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
      const results: Promise<ResultEvent>[] = [];
      for await (const document of documents) {
        results.push(this.put(document, context));
        if (results.length === 6) yield await Promise.all(results.splice(0));
      }
      yield await Promise.all(results);
    }
  },
);

/** The lines plugin, broken in the one way that a check must find; by the id of that check. */
export const LINES_MUTANTS: Readonly<Record<string, Mutant>> = {
  'ACC-04': withWire(losesWithoutDoubt),
  'AUT-02': withSession(renewsEachTime),
  'CAN-02': withWire(waitsDeaf),
  'CAN-04': withWire(forgetsWhatIsUnderWay),
  'CON-02': withOperation('put', putsSixAtOnce),
  'IDM-01': withWire(repeatsEverything),
  'IDM-02': withWire(repeatsNothing),
  'IDM-04': withWire(pausesAlike),
  'IDM-06': withOperation('create', believesAll),
  'LEK-01': { plugin: linesPlugin, entry: require.resolve('./entries/keeps-sockets.js') },
  'LIF-03': { plugin: withShared(linesPlugin, LinesPool, staysOpen) },
  'SEC-01': withSession(showsPassword),
  'TIM-02': withWire(hasNoLimit),
  'TIM-03': {
    plugin: {
      ...linesPlugin,
      operations: {
        ...linesPlugin.operations,
        read: (properties) => (properties['snapshot'] === true ? pollsEvenly : ReadEntries),
      },
    },
  },
};
