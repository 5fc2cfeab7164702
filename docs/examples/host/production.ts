import type { Cache, ConnectorPlugin, CredentialStore } from '@connector-runtime/core';
import {
  type ConnectionComponent,
  ConnectorRuntime,
  FileCredentialStore,
  fetchTransport,
  type HttpTransport,
  jsonLineSink,
  type RuntimeConnection,
  undiciTransport,
} from '@connector-runtime/runtime';

// #region runtime
/** A runtime for production. */
export function productionRuntime(plugins: readonly ConnectorPlugin[], stateFolder: string): ConnectorRuntime {
  return new ConnectorRuntime({
    plugins,
    logger: jsonLineSink('info'),
    credentialStore: new FileCredentialStore(stateFolder),
    limits: { repeatsPerMinute: 60, maxDocumentBytes: 5_000_000, closeWithinMs: 20_000 },
  });
}
// #endregion

// #region store
/** A table of keys, texts and revisions. Each method is one statement, and says whether it changed a row. */
export interface CredentialTable {
  select(key: string): Promise<{ readonly text: string; readonly revision: number } | undefined>;
  /** False where the key is there already. */
  insert(key: string, text: string): Promise<boolean>;
  /** `… set text = ?, revision = revision + 1 where key = ? and revision = ?` */
  update(key: string, text: string, ifRevision: number): Promise<boolean>;
}

/** Credentials in a database that all processes share. */
export function storeIn(table: CredentialTable): CredentialStore {
  return {
    async get(key) {
      const row = await table.select(key);
      return row && { value: { reveal: () => row.text }, revision: row.revision };
    },
    put: (key, text, ifRevision) => (ifRevision === 0 ? table.insert(key, text) : table.update(key, text, ifRevision)),
  };
}
// #endregion

// #region cache
/** A cache that all processes share, over a client that keeps texts for a while. */
export function cacheIn(client: {
  get(key: string): Promise<string | undefined>;
  set(key: string, text: string, ttlMs: number): Promise<void>;
}): Cache {
  return {
    async get(key) {
      const text = await client.get(key);
      return text === undefined ? undefined : JSON.parse(text);
    },
    set: async (key, value, ttlMs) => {
      if (ttlMs > 0) await client.set(key, JSON.stringify(value), ttlMs);
    },
  };
}
// #endregion

// #region events
/** Counts for a dashboard. */
export function watch(runtime: ConnectorRuntime, count: (name: string, by?: number) => void): void {
  runtime.events.on('executionEnded', ({ counts, complete }) => {
    for (const [status, documents] of Object.entries(counts)) count(`documents.${status}`, documents);
    if (!complete) count('executions.incomplete');
  });
  runtime.events.on('requestRepeated', ({ error }) => count(`repeats.${error.code}`));
  runtime.events.on('warning', () => count('warnings'));
}
// #endregion

// #region component
/** A connection's own way to its service. */
export function throughProxy(component: ConnectionComponent): ConnectionComponent {
  return {
    ...component,
    folder: '/etc/connections',
    http: {
      proxy: 'http://proxy.example:3128',
      noProxy: '.corp.example',
      caFile: 'corp.pem',
      headersTimeoutMs: 30_000,
    },
  };
}
// #endregion

// #region transport
/** The default transport, with a certificate authority for all connections and no proxy of the environment. */
export function trusting(ca: string): HttpTransport {
  const usual = undiciTransport();
  return { ...usual, open: (settings) => usual.open({ ca, ...settings, environment: {} }) };
}

/** Requests by a `fetch` of your own. */
export function byFetch(fetch: (url: string, init: RequestInit) => Promise<Response>): HttpTransport {
  return fetchTransport(fetch);
}
// #endregion

// #region tenants
/** One connection for each tenant, made when it is first asked for. */
export class Tenants {
  private readonly connections = new Map<string, Promise<RuntimeConnection>>();

  constructor(
    private readonly runtime: ConnectorRuntime,
    private readonly componentOf: (tenant: string) => Promise<ConnectionComponent>,
  ) {}

  of(tenant: string): Promise<RuntimeConnection> {
    const known = this.connections.get(tenant);
    if (known !== undefined) return known;
    const made = this.componentOf(tenant).then((component) => this.runtime.connect({ ...component, id: tenant }));
    this.connections.set(tenant, made);
    made.catch(() => this.connections.delete(tenant));
    return made;
  }

  /** After a change of the tenant's configuration. */
  async forget(tenant: string): Promise<void> {
    const known = this.connections.get(tenant);
    this.connections.delete(tenant);
    await (await known?.catch(() => undefined))?.close();
  }
}
// #endregion

// #region shutdown
/** Works until it is done, or told to stop. */
export async function serve(runtime: ConnectorRuntime, work: () => Promise<void>): Promise<void> {
  const stop = () => void runtime.close();
  process.once('SIGTERM', stop);
  try {
    await work(); // its loops get their last results, and end
  } finally {
    process.off('SIGTERM', stop);
    await runtime.close();
  }
}
// #endregion
