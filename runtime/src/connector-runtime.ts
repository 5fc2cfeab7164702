import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  CACHE,
  type Cache,
  type Clock,
  CONNECTION_PROPERTIES,
  ConnectorError,
  type ConnectorPlugin,
  CREDENTIAL_STORE,
  type CredentialStore,
  HTTP_CLIENT,
  type Json,
} from '@connector-runtime/core';
import type { InjectionToken } from 'tsyringe';
import { type ConnectionComponent, checkHttpComponent, type HttpComponent } from './components/component-file.js';
import { configInvalid } from './components/config-issue.js';
import { type CheckedProperties, validatorOf } from './components/property-validator.js';
import { resolveSecrets, type SecretResolver } from './components/secret-references.js';
import { DEFAULT_LIMITS, type RuntimeLimits } from './connection-services.js';
import { ConcurrencyLimit } from './http/concurrency-limit.js';
import { ConnectionHttpClient } from './http/connection-http-client.js';
import { EgressRule } from './http/egress-rule.js';
import type { HttpSettings, HttpTransport } from './http/http-transport.js';
import { proxyEnvironment } from './http/proxy-rule.js';
import { RetryBudget } from './http/retry-budget.js';
import { undiciTransport } from './http/undici-transport.js';
import { checkPlugin } from './plugins/manifest-check.js';
import { PluginRegistry } from './plugins/plugin-registry.js';
import { RefusedCredentials } from './refused-credentials.js';
import { RuntimeConnection } from './runtime-connection.js';
import { ConnectionScope } from './scopes/connection-scope.js';
import { cacheOf, credentialsOf } from './services/connection-keys.js';
import { RuntimeEvents } from './services/events.js';
import { FileSpool } from './services/file-spool.js';
import { type LogSink, silentSink } from './services/log-sink.js';
import { MemoryCache } from './services/memory-cache.js';
import { MemoryCredentialStore } from './services/memory-credential-store.js';
import { RedactingLogger } from './services/redacting-logger.js';
import { Redactor } from './services/redaction.js';
import { noteSecrets } from './services/secret-text.js';
import { systemClock } from './services/system-clock.js';
import { Telemetry } from './telemetry.js';

/** What a host lends its runtime. All but the plugins is optional. */
export interface RuntimeOptions {
  readonly plugins: readonly ConnectorPlugin[];
  /** A pino logger, or anything of its shape. Default: nothing is logged. */
  readonly logger?: LogSink;
  /** How single requests are sent; repeats, budget, egress and redaction stay around it. Default: `undiciTransport()`. */
  readonly http?: HttpTransport;
  /** Default: in memory, gone with the runtime. */
  readonly credentialStore?: CredentialStore;
  /** Default: in memory, bounded. */
  readonly cache?: Cache;
  readonly clock?: Clock;
  readonly limits?: Partial<RuntimeLimits>;
  /** Gives the text behind `{"$secret": "<reference>"}` where the reference is neither `env:` nor `file:`. */
  readonly secretResolver?: SecretResolver;
}

/** Hosts connector plugins in this process: the front door. One per process is enough; several do not know each other. */
export class ConnectorRuntime {
  /** Lifecycle events, for watching. Outcomes travel by pull, through an execution. */
  readonly events = new RuntimeEvents((name, error) =>
    new RedactingLogger(this.options.logger ?? silentSink, this.redactor).warn(`a listener of ${name} failed`, {
      error,
    }),
  );
  /** Strikes the runtime's secrets out of texts that a host writes itself. */
  readonly redactor = new Redactor();
  private readonly registry = new PluginRegistry();
  private readonly connections = new Set<RuntimeConnection>();
  private readonly clock: Clock;
  private readonly limits: RuntimeLimits;
  private readonly cache: Cache;
  private readonly credentialStore: CredentialStore;
  private readonly telemetry = new Telemetry();
  private readonly refused = new RefusedCredentials();
  private closing: Promise<void> | undefined;

  /** Throws `PLUGIN_INVALID` (`contract`) or `PLUGIN_DUPLICATE` (`config`). */
  constructor(private readonly options: RuntimeOptions) {
    this.clock = options.clock ?? systemClock;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.cache = options.cache ?? new MemoryCache(this.clock);
    this.credentialStore = options.credentialStore ?? new MemoryCredentialStore();
    for (const plugin of options.plugins) {
      checkPlugin(plugin, plugin?.manifest?.id ?? 'object');
      this.registry.add(plugin);
    }
  }

  /** The plugins, in the order they were given. */
  get plugins(): readonly ConnectorPlugin[] {
    return this.registry.all();
  }

  /**
   * Checks a connection's properties and makes it; nothing is sent before its first use.
   * Throws what is wrong with the component: `PLUGIN_UNKNOWN`, `CONFIG_INVALID` with every issue, `SECRET_UNREADABLE`.
   */
  async connect(component: ConnectionComponent): Promise<RuntimeConnection> {
    if (this.closing !== undefined) throw usageError('RUNTIME_CLOSED', 'the runtime is closed');
    const plugin = this.registry.byId(component.plugin);
    const folder = component.folder ?? process.cwd();
    const noteSecret = (text: string) => this.redactor.pin(text);
    const resolved = await resolveSecrets(component.properties, folder, this.options.secretResolver, noteSecret);
    const migrated = migrate(plugin, component.configVersion, resolved);
    const checked = validatorOf(`the connection's properties`, plugin.manifest.connection.properties).check(
      migrated,
      (text) => this.redactor.text(text),
    );
    noteSecrets(checked.properties, noteSecret);
    const settings = await httpSettings(component.http, folder, this.redactor);
    // Checked again: the runtime may have been closed while files were read.
    if (this.closing !== undefined) throw usageError('RUNTIME_CLOSED', 'the runtime is closed');
    const id = component.id ?? randomUUID();
    const connection = this.makeConnection(plugin, id, component.id !== undefined, checked, settings);
    this.connections.add(connection);
    return connection;
  }

  /** Closes every connection. Idempotent; settles within `closeWithinMs`. */
  close(): Promise<void> {
    this.closing ??= Promise.all([...this.connections].map((connection) => connection.close())).then(() => undefined);
    return this.closing;
  }

  private makeConnection(
    plugin: ConnectorPlugin,
    id: string,
    isNamed: boolean,
    checked: CheckedProperties,
    settings: HttpSettings,
  ): RuntimeConnection {
    const { manifest } = plugin;
    const { clock, limits, events, telemetry, redactor } = this;
    const key = `${manifest.id}/${id}`;
    const logger = new RedactingLogger(this.options.logger ?? silentSink, redactor, {
      plugin: manifest.id,
      connectionId: id,
    });
    const concurrency = concurrencyOf(manifest.connection.concurrency, checked.plain());
    const makeSpool = () => new FileSpool(limits.spoolBytes);
    // Nobody comes back to a connection without a name: what it kept in this process goes with it.
    const cache = isNamed || this.options.cache !== undefined ? this.cache : new MemoryCache(clock);
    const store = credentialsOf(key, isNamed ? this.credentialStore : new MemoryCredentialStore());
    const lent = new Map<InjectionToken, unknown>([
      [CONNECTION_PROPERTIES, checked.properties],
      [CACHE, cacheOf(key, cache)],
      [CREDENTIAL_STORE, noting(store, redactor)],
    ]);
    const retryBudget = new RetryBudget(limits.repeatsPerMinute);
    const closers: { close(): Promise<void> }[] = [];
    if (manifest.egress !== 'own') {
      const transport = this.options.http ?? undiciTransport();
      const spool = makeSpool();
      const http = new ConnectionHttpClient({
        pool: transport.open(settings),
        givesEncoded: transport.givesEncoded,
        egress: new EgressRule(manifest.egress, checked.properties),
        ...(concurrency === undefined ? {} : { concurrency: new ConcurrencyLimit(concurrency) }),
        limits,
        retryBudget,
        spool,
        redact: (text) => redactor.text(text),
        traceOf: (context) => telemetry.traceOf(context),
        onRepeat: (notice) => events.emit('requestRepeated', { connectionId: id, ...notice }),
      });
      lent.set(HTTP_CLIENT, http);
      closers.push(http, spool);
    }
    const scope = new ConnectionScope(plugin, lent);
    const connection: RuntimeConnection = new RuntimeConnection(id, plugin, checked, scope, {
      clock,
      logger,
      limits,
      events,
      telemetry,
      redactor,
      retryBudget,
      refusals: this.refused.of(isNamed ? key : manifest.id, checked.plain()),
      makeSpool,
      ...(concurrency === undefined ? {} : { concurrency }),
      release: async () => {
        for (const closer of closers) {
          await closer
            .close()
            .catch((error: unknown) => logger.warn('a part of the connection failed to close', { error }));
        }
        this.connections.delete(connection);
        events.emit('connectionClosed', { plugin: manifest.id, connectionId: id });
      },
    });
    return connection;
  }
}

/** Brings properties saved under an older version up to date, before they are checked. */
function migrate(plugin: ConnectorPlugin, savedVersion: number | undefined, properties: Json): Json {
  const { configVersion, id } = plugin.manifest;
  if (savedVersion === undefined || savedVersion === configVersion) return properties;
  if (!Number.isInteger(savedVersion) || savedVersion < 1 || savedVersion > configVersion) {
    throw usageError(
      'CONFIG_VERSION_UNKNOWN',
      `configVersion must be 1 to ${configVersion} for ${id}, got ${savedVersion}`,
      '/configVersion',
    );
  }
  if (plugin.migrate === undefined) {
    throw usageError(
      'CONFIG_VERSION_UNKNOWN',
      `${id} cannot bring configVersion ${savedVersion} up to ${configVersion}`,
      '/configVersion',
    );
  }
  return plugin.migrate(savedVersion, structuredClone(properties));
}

/** Contents in place of file names; a file that cannot be read is an issue of the component. */
async function httpSettings(
  http: HttpComponent | undefined,
  folder: string,
  redactor: Redactor,
): Promise<HttpSettings> {
  const noteSecret = (text: string) => redactor.pin(text);
  const environment = proxyEnvironment(process.env);
  for (const password of passwordsOf(environment.proxy ?? '')) noteSecret(password);
  if (http === undefined) return { environment };
  const { caFile, certFile, keyFile, ...settings } = checkHttpComponent(http as Json, (text) => redactor.text(text));
  const contents: { ca?: string; cert?: string; key?: string } = {};
  const files = { ca: caFile, cert: certFile, key: keyFile };
  for (const [name, file] of Object.entries(files) as ['ca' | 'cert' | 'key', string | undefined][]) {
    if (file === undefined) continue;
    try {
      contents[name] = await readFile(path.resolve(folder, file), 'utf8');
    } catch (error) {
      const message = `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`;
      throw configInvalid("the connection's http", [{ path: `/http/${name}File`, rule: 'file', message }]);
    }
  }
  if (contents.key !== undefined) noteSecret(contents.key);
  for (const password of passwordsOf(settings.proxy ?? '')) noteSecret(password);
  return { environment, ...settings, ...contents };
}

/** The password within an address: as it stands there, and decoded. */
function passwordsOf(address: string): readonly string[] {
  const password = URL.canParse(address) ? new URL(address).password : '';
  if (password === '') return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

function concurrencyOf(pointer: string | undefined, plain: Readonly<Record<string, Json>>): number | undefined {
  if (pointer === undefined) return undefined;
  let value: Json | undefined = plain as Json;
  for (const segment of pointer.split('/').slice(1)) value = (value as Record<string, Json> | undefined)?.[segment];
  return typeof value === 'number' && value >= 1 ? Math.floor(value) : undefined;
}

/** A store whose texts are struck out of logs from now on: whole, and each text within their JSON. */
function noting(store: CredentialStore, redactor: Redactor): CredentialStore {
  const note = (text: string) => {
    redactor.add(text);
    try {
      const parsed = JSON.parse(text) as Json;
      if (typeof parsed === 'object' && parsed !== null) noteTexts(parsed, redactor);
    } catch {
      // not JSON: the whole text is the secret
    }
  };
  return {
    get: async (key) => {
      const entry = await store.get(key);
      if (entry !== undefined) note(entry.value.reveal());
      return entry;
    },
    put: (key, value, ifRevision) => {
      note(value);
      return store.put(key, value, ifRevision);
    },
  };
}

/** Web addresses and short words within a stored credential are no secrets. */
function noteTexts(value: Json, redactor: Redactor): void {
  if (typeof value === 'string' && value.length >= 12 && !/^https?:\/\//i.test(value)) redactor.add(value);
  else if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) noteTexts(part as Json, redactor);
}

function usageError(code: string, message: string, pointer?: string): ConnectorError {
  return new ConnectorError({
    category: 'config',
    code,
    message,
    effect: 'none',
    retryable: false,
    ...(pointer === undefined ? {} : { path: pointer }),
  });
}
