import { setImmediate, setTimeout } from 'node:timers';
import { isDeepStrictEqual } from 'node:util';
import type {
  Cache,
  ConnectorPlugin,
  CredentialStore,
  Json,
  OperationEvent,
  OutputEvent,
  ResultEvent,
} from '@connector-runtime/core';
import {
  ConnectorRuntime,
  type Documents,
  type ExecutionOptions,
  type ExecutionSummary,
  type RuntimeConnection,
  type RuntimeLimits,
} from '@connector-runtime/runtime';
import { shownEvent, withOwnBody } from './events.js';
import { isA, nameOf, SubjectError, Unproven } from './findings.js';
import { strikeSecrets, struckOut } from './fixture-secrets.js';
import { FixtureUse } from './fixture-use.js';
import { guardedFixture } from './guarded-fixture.js';
import { type Aim, aimedAt, shownAim } from './lent/aim.js';
import { LentClock } from './lent/lent-clock.js';
import { LentLog } from './lent/lent-log.js';
import { LentTransport, type SentRequest } from './lent/lent-transport.js';
import { ServiceGate } from './lent/service-gate.js';
import type { CarriedRequest, Fault, FaultAim, Traffic } from './lent/traffic.js';
import { DEFAULT_LIMITS, type SuiteLimits, within } from './limits.js';
import { type Observations, observed } from './observed-plugin.js';
import { documentsOf } from './samples.js';
import { credentialsIn } from './seen-credentials.js';
import type { Fixture, OperationFixture, Sample, SeenRequest, Subject } from './subject.js';
import { Trace } from './trace.js';
import { requestOf, type TriedOperation } from './tried-operation.js';

/** A wait is skipped after so long without a sign of work, in real time: what the service of an own-socket plugin sees is a moment on its way, and without a gate nothing is seen. */
const QUIET_MS = { http: 1, gate: 2, unseen: 40 } as const;

/** Of a batch, events that a failure card may quote. */
const LAST_EVENTS = 20;

/** What one execution came to. */
export interface RunOutcome {
  readonly events: readonly OperationEvent[];
  readonly results: readonly ResultEvent[];
  readonly outputs: readonly OutputEvent[];
  readonly summary: ExecutionSummary;
}

/** What a connection of a trial is made of, where it is not the usual. */
export interface ConnectOptions {
  readonly properties?: Json;
  /** In place of the subject's. */
  readonly plugin?: ConnectorPlugin;
  /** Credentials are kept under it. */
  readonly id?: string;
  readonly configVersion?: number;
  readonly limits?: Partial<RuntimeLimits>;
  readonly credentialStore?: CredentialStore;
  readonly cache?: Cache;
  /** An earlier connection's runtime, in place of one of its own. */
  readonly runtime?: ConnectorRuntime;
}

/** What a trial is told by the session. */
export interface TrialOptions {
  readonly unhandled?: () => readonly unknown[];
  readonly changed?: ReadonlySet<string>;
  readonly limits?: Partial<SuiteLimits>;
}

/** One check's own world: a fresh service, the plugin, and runtimes that lend it the suite's transport, clock and log. */
export class Trial extends FixtureUse {
  readonly log = new LentLog();
  readonly clock: LentClock;
  /** What goes over the lent transport, or through the gate of a plugin that has sockets of its own. */
  readonly traffic: Traffic;
  private readonly transport: LentTransport;
  private readonly runtimes = new Set<ConnectorRuntime>();
  private readonly observations: Observations[] = [];
  private readonly others: Trial[] = [];
  /** The one of the others that `forOperation` has made last. */
  private ofOperation: Trial | undefined;
  private readonly redactors = new Set<ConnectorRuntime['redactor']>();
  private readonly pastTokens = new Set<string>();
  private readonly trace = new Trace();

  private isStopped = false;
  private ran: string | undefined;

  private constructor(
    readonly subject: Subject,
    plugin: ConnectorPlugin,
    fixture: Fixture,
    readonly seed: number,
    private readonly options: TrialOptions,
  ) {
    super(plugin, fixture);
    this.transport = new LentTransport(
      () => this.clock,
      (request, fault) => this.noteRequest(request, fault ?? request.status),
    );
    this.traffic = this.hasOwnSockets ? this.gateOf(fixture) : this.transport;
    this.clock = new LentClock({
      seed,
      isBusy: () => this.traffic.isBusy,
      movements: () => this.traffic.movementsSoFar,
      quietMs: this.hasOwnSockets ? (fixture.useGate === undefined ? QUIET_MS.unseen : QUIET_MS.gate) : QUIET_MS.http,
    });
  }

  /** Throws a `SubjectError` for what the author's own code throws, or does not end. */
  static async start(subject: Subject, seed: number, options: TrialOptions = {}): Promise<Trial> {
    const { fixtureMs = DEFAULT_LIMITS.fixtureMs } = options.limits ?? {};
    const own = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const uncaught = options.unhandled?.().length ?? 0;
      try {
        return await within(fixtureMs, work);
      } catch (error) {
        if (isA(error, SubjectError)) throw error;
        // A server that cannot listen says so by an event, and whoever waits for the other waits for ever.
        const [first] = options.unhandled?.().slice(uncaught) ?? [];
        const why = first === undefined ? '' : `, and nobody caught ${nameOf(first)}`;
        throw new SubjectError(`\`${name}\` of the subject failed: ${nameOf(error)}${why}`);
      }
    };
    const plugin = await own('load', () => subject.load());
    if (typeof (plugin as Partial<ConnectorPlugin> | null | undefined)?.manifest !== 'object')
      throw new SubjectError('`load` of the subject gives no plugin with a manifest');
    if (!isDeepStrictEqual(plugin.manifest, subject.manifest))
      throw new SubjectError(
        "`manifest` of the subject is not that of the plugin that `load` gives: it decides which checks apply, so give it the plugin's own",
      );
    const fixture = await own('start', () => subject.start({ seed }));
    try {
      return new Trial(subject, plugin, guardedFixture(fixture, fixtureMs), seed, options);
    } catch (error) {
      await own('stop', async () => (fixture as Partial<Fixture> | null | undefined)?.stop?.());
      throw error;
    }
  }

  /** What the check may take, in real time. */
  get checkMs(): number {
    return this.options.limits?.checkMs ?? DEFAULT_LIMITS.checkMs;
  }

  /** What nobody caught, in this check and those before. */
  unhandled(): readonly unknown[] {
    return this.options.unhandled?.() ?? [];
  }

  /** What the checks before this one left changed for the whole process; it was put back since. */
  changed(): readonly string[] {
    return [...(this.options.changed ?? [])];
  }

  /** Another world of the same kind, for a check that needs a fresh service; stopped with this one. */
  async again(seed = this.seed): Promise<Trial> {
    const other = await Trial.start(this.subject, seed, this.options);
    this.others.push(other);
    return other;
  }

  /** The world of one operation by itself: a fresh service, and the operation with that service's fixture. The world that was made so before is ended: a check that needs hundreds has one at a time. */
  async forOperation(
    { key }: TriedOperation,
    seed = this.seed,
  ): Promise<{ readonly trial: Trial; readonly operation: TriedOperation }> {
    const before = this.ofOperation;
    this.ofOperation = undefined;
    if (before !== undefined) await this.endOther(before);
    const trial = await this.again(seed);
    this.ofOperation = trial;
    return { trial, operation: trial.operation(key) };
  }

  /** Ends a world of this one, and keeps of it what a card may need. */
  private async endOther(other: Trial): Promise<void> {
    await other.stop();
    this.others.splice(this.others.indexOf(other), 1);
    for (const redactor of other.redactors) this.redactors.add(redactor);
    for (const token of other.tokens) this.pastTokens.add(token);
    for (const [name, keys] of other.leftOut) this.leftOut.set(name, [...(this.leftOut.get(name) ?? []), ...keys]);
  }

  /**
   * Waits for something that the plugin or the service will do, in real time; a check that waits in vain fails by its limit, and with the trial the waiting ends.
   * False where the `work` that was to bring it about has ended without.
   */
  async until(holds: () => boolean | Promise<boolean>, work?: Promise<unknown>): Promise<boolean> {
    let isOver = false;
    const end = () => {
      isOver = true;
    };
    work?.then(end, end);
    for (;;) {
      const isLast = isOver || this.isStopped;
      if (await holds()) return true;
      if (isLast) return false;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** As `until`, of a run: one that has ended first shows nothing. */
  async untilInRun(
    running: Promise<RunOutcome>,
    { key }: TriedOperation,
    holds: () => boolean | Promise<boolean>,
  ): Promise<void> {
    if (await this.until(holds, running)) return;
    const { results, summary } = await running;
    const error = summary.error ?? results.find((result) => result.error !== undefined)?.error;
    const end = error === undefined ? 'ended' : `ended with ${error.category}/${error.code}`;
    throw new Unproven(`a run of ${key} ${end} before it had sent what was waited for`);
  }

  /** Gives what is under way the turns of the event loop that it needs to settle, without any time passing. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** What the check has not tried, for want of a member of the fixture; `undefined` where there is nothing. */
  untried(): string | undefined {
    const all = [this, ...this.others].flatMap(({ leftOut }) => [...leftOut]);
    const names = [...new Set(all.map(([name]) => name))];
    if (names.length === 0) return undefined;
    return names
      .map((name) => {
        const keys = new Set(all.flatMap(([one, operations]) => (one === name ? operations : [])));
        return `without \`${name}\`, not tried: ${[...keys].join(', ')}`;
      })
      .join('; ');
  }

  /** A connection over a runtime of its own. */
  async connect(options: ConnectOptions = {}): Promise<RuntimeConnection> {
    const plugin = options.plugin ?? this.plugin;
    const { properties = this.fixture.connections.valid, id, configVersion } = options;
    return (options.runtime ?? this.runtime(options)).connect({
      plugin: plugin.manifest.id,
      properties,
      ...(id === undefined ? {} : { id }),
      ...(configVersion === undefined ? {} : { configVersion }),
    });
  }

  /** A runtime that is lent the suite's services; closed with the trial. */
  runtime({ plugin = this.plugin, limits, credentialStore, cache }: ConnectOptions = {}): ConnectorRuntime {
    const runtime = new ConnectorRuntime({
      plugins: [plugin],
      http: this.transport,
      clock: this.clock,
      logger: this.log,
      ...(limits === undefined ? {} : { limits }),
      ...(credentialStore === undefined ? {} : { credentialStore }),
      ...(cache === undefined ? {} : { cache }),
    });
    this.runtimes.add(runtime);
    this.redactors.add(runtime.redactor);
    return runtime;
  }

  /** The subject's plugin, with its connections and operations watched. */
  observe(): { readonly plugin: ConnectorPlugin; readonly seen: Observations } {
    const watched = observed(this.plugin);
    this.observations.push(watched.seen);
    return watched;
  }

  /** Starts an operation with the properties of its fixture. */
  execute(
    connection: RuntimeConnection,
    operation: TriedOperation,
    documents: Documents,
    options: ExecutionOptions = {},
  ) {
    this.ran = operation.key;
    return connection.execute(requestOf(operation), documents, options);
  }

  /** Runs an operation to its end. */
  async run(
    connection: RuntimeConnection,
    operation: TriedOperation,
    documents: Documents,
    options: ExecutionOptions = {},
  ): Promise<RunOutcome> {
    return this.outcomeOf(this.execute(connection, operation, documents, options));
  }

  /** Reads an execution to its end. */
  async outcomeOf(execution: {
    batches(): AsyncIterable<readonly OperationEvent[]>;
    readonly summary: Promise<ExecutionSummary>;
  }): Promise<RunOutcome> {
    const events: OperationEvent[] = [];
    for await (const batch of execution.batches()) {
      for (const event of batch) events.push(await withOwnBody(event));
      for (const event of batch.slice(-LAST_EVENTS)) this.note(`event ${shownEvent(event)}`);
    }
    return {
      events,
      results: events.filter((event) => event.type === 'result'),
      outputs: events.filter((event) => event.type === 'output'),
      summary: await execution.summary,
    };
  }

  /** Brings a fault about; where the plugin has sockets of its own, by its fixture. */
  async fault(fault: Fault, aim: Aim, operation?: TriedOperation, onMet?: () => void): Promise<void> {
    this.note(`fault ${fault.kind} at ${shownAim(aim)}`);
    if (this.hasOwnSockets) {
      this.need('useGate');
      if (!ServiceGate.takes(fault)) throw new Unproven(`no service can bring about "${fault.kind}"`);
    }
    const isWrite = operation && ((request: Parameters<FaultAim>[0]) => operation.fixture.isWrite(request));
    this.traffic.addFault(fault, aimedAt(aim, isWrite), onMet);
  }

  /** As `fault`; from when it first meets a request, no wait is skipped until `clock.go()`. What the plugin waits for before, such as its own pace, passes. */
  async faultAndHold(fault: Fault, aim: Aim, operation?: TriedOperation): Promise<void> {
    let hasMet = false;
    await this.fault(fault, aim, operation, () => {
      if (!hasMet) this.clock.hold();
      hasMet = true;
    });
  }

  /** Does a request hang, and nothing else go on? What hangs was applied before. */
  get isHanging(): boolean {
    return this.traffic.inFlightNow > 0 && !this.traffic.isBusy;
  }

  /** What a service that is busy does: it says so, and applies nothing. */
  get busy(): Fault {
    return this.hasOwnSockets ? { kind: 'refuse' } : { kind: 'status', status: 503 };
  }

  /** What was sent so far. */
  async requests(): Promise<readonly CarriedRequest[]> {
    if (this.hasOwnSockets) this.need('useGate');
    return this.traffic.requests;
  }

  /** As `requests`, of a plugin that uses the lent transport. */
  get sent(): readonly SentRequest[] {
    return this.transport.requests;
  }

  /** Where, counted from 1, a run's requests with an effect stand among all that it sends, login included; found by running it in a world of its own. */
  async writePositions(
    operation: TriedOperation,
    samples: (own: OperationFixture) => readonly Sample[],
  ): Promise<readonly number[]> {
    const { trial, operation: own } = await this.forOperation(operation);
    const connection = await trial.connect();
    await trial.run(connection, own, documentsOf(samples(own.fixture)));
    return (await trial.requests()).flatMap((request, index) => (own.fixture.isWrite(request) ? [index + 1] : []));
  }

  /** Ledger entries by key: the last one's data, and how often all were applied. */
  async ledger(): Promise<ReadonlyMap<string, { readonly data: Json; readonly times: number }>> {
    const entries = new Map<string, { readonly data: Json; readonly times: number }>();
    for (const { key, data, times } of await this.fixture.ledger())
      entries.set(key, { data, times: times + (entries.get(key)?.times ?? 0) });
    return entries;
  }

  /** Adds to what a failure card quotes. */
  note(line: string): void {
    this.trace.add(line);
  }

  /** The last things that happened here, or in the world of this kind that was made last. */
  last(): readonly string[] {
    return this.others.at(-1)?.last() ?? this.trace.lines;
  }

  /** The operation that was run last, as `last`. */
  lastRun(): string | undefined {
    return this.others.at(-1)?.lastRun() ?? this.ran;
  }

  /** What its requests carried in headers named like credentials. */
  get tokens(): ReadonlySet<string> {
    return credentialsIn(this.transport.requests);
  }

  /** Strikes the secrets out that its runtimes know of, those of its fixture, and those of its sessions. */
  redact(text: string): string {
    let shown = strikeSecrets(this.fixture, text);
    for (const token of [...this.tokens, ...this.pastTokens]) shown = struckOut(shown, token);
    for (const redactor of this.redactors) shown = redactor.text(shown);
    for (const other of this.others) shown = other.redact(shown);
    return shown;
  }

  /** Ends everything; the first call does. */
  async stop(): Promise<void> {
    if (this.isStopped) return;
    this.isStopped = true;
    this.clock.go();
    try {
      for (const other of this.others.splice(0)) await other.stop();
      const closing = Promise.all([...this.runtimes].map((runtime) => runtime.close()));
      this.clock.passLimits();
      await closing;
    } finally {
      this.clock.stop();
      // tsyringe knows each class for ever, and with a watched one what it has made.
      for (const { connections } of this.observations) connections.length = 0;
      await this.fixture.stop();
    }
  }

  private gateOf(fixture: Fixture): ServiceGate {
    const gate = new ServiceGate(
      () => this.clock,
      (request, fault) => this.noteRequest(request, fault),
    );
    fixture.useGate?.(gate.gate);
    return gate;
  }

  private noteRequest({ method, path }: SeenRequest, end: string | number | undefined): void {
    this.note(`> ${method} ${withoutValues(path)}  ${end ?? ''}`);
  }
}

/** The path, and of its parameters the names. */
function withoutValues(path: string): string {
  const [place = '', query = ''] = path.split('?', 2);
  const names = query.split('&').flatMap((parameter) => /^[^=]+=/.exec(parameter) ?? []);
  return names.length === 0 ? place : `${place}?${names.join('&')}`;
}
