import { randomUUID } from 'node:crypto';
import {
  type Browse,
  type Connection,
  ConnectorError,
  type ConnectorManifest,
  type ConnectorPlugin,
  errorInfoOf,
  type Field,
  type Json,
  type LoginPrompt,
  type ObjectDefinition,
  type ObjectType,
  type Operation,
  type OperationDescriptor,
  type SchemaFormat,
  type TestFinding,
} from '@connector-runtime/core';
import { type CheckedProperties, type Purpose, satisfies, validatorOf } from './components/property-validator.js';
import { ConnectionOpening } from './connection-opening.js';
import type { ConnectionServices } from './connection-services.js';
import { RuntimeCallContext, RuntimeExecutionContext } from './execution/call-context.js';
import { CallLimit, type CallOptions, cancelled } from './execution/call-limit.js';
import { readCheckpoint } from './execution/checkpoint.js';
import type { Documents } from './execution/document-input.js';
import { DocumentIntake } from './execution/document-intake.js';
import { DocumentLedger } from './execution/document-ledger.js';
import { Execution } from './execution/execution.js';
import { ExecutionLogger } from './execution/execution-logger.js';
import { redactedInfo } from './execution/redacted-info.js';
import { UsageMeter } from './execution/usage-meter.js';
import { operationOf } from './plugins/plugin-registry.js';
import type { ConnectionScope } from './scopes/connection-scope.js';
import { noteSecrets } from './services/secret-text.js';
import { TIMER_OVER } from './services/timer-over.js';

/** Which work, on what, how. */
export interface ExecutionRequest {
  readonly operation: string;
  /** Needed where the descriptor says so. */
  readonly objectType?: string;
  /** Plain JSON; secrets as text. */
  readonly properties?: Json;
}

/** What a host may say about one execution. */
export interface ExecutionOptions extends CallOptions {
  /** A checkpoint of an earlier execution, with the same documents under the same ids in the same order. */
  readonly resumeFrom?: Json;
}

/** A question for the schema of an operation's documents. */
export interface DescribeRequest {
  readonly operation: string;
  readonly objectType: string;
  readonly role: 'input' | 'output';
  /** Absent: the first that the plugin offers. */
  readonly format?: SchemaFormat;
  /** The operation's, as far as they are known: what only a condition of their schema asks for may be missing. */
  readonly properties?: Json;
}

/** One empty document: what a read started without documents gets. */
const ONE_EMPTY_DOCUMENT: Documents = [{ body: '' }];

/** A connection that a host holds; no I/O happens before its first use. */
export class RuntimeConnection {
  private readonly executions = new Set<Execution>();
  private readonly calls = new Set<CallLimit>();
  private readonly opening: ConnectionOpening;
  private closing: Promise<void> | undefined;

  /** Made by `ConnectorRuntime.connect`. */
  constructor(
    readonly id: string,
    private readonly plugin: ConnectorPlugin,
    private readonly checked: CheckedProperties,
    private readonly scope: ConnectionScope,
    private readonly services: ConnectionServices,
  ) {
    this.opening = new ConnectionOpening(
      () => scope.resolve<Connection>(plugin.connection),
      services.refusals,
      (tookMs) => {
        services.events.emit('connectionOpened', { plugin: plugin.manifest.id, connectionId: id, tookMs });
      },
    );
  }

  get manifest(): ConnectorManifest {
    return this.plugin.manifest;
  }

  /** Named findings; what opening the connection throws is the failed finding `open`. Rejects only when cancelled or closed. */
  test(options: CallOptions = {}): Promise<readonly TestFinding[]> {
    return this.call(options, async (context, limit) => {
      const startedMs = context.clock.now();
      const failed = (name: string, thrown: unknown): TestFinding => {
        limit.signal.throwIfAborted();
        const error = errorInfoOf(thrown, 'none');
        return this.shownFinding({
          name,
          ok: false,
          message: error.message,
          tookMs: context.clock.now() - startedMs,
          error,
        });
      };
      try {
        await this.opening.open(context, limit);
      } catch (thrown) {
        return [failed('open', thrown)];
      }
      const opened: TestFinding = { name: 'open', ok: true, tookMs: context.clock.now() - startedMs };
      try {
        const findings = await this.scope.resolve<Connection>(this.plugin.connection).test(context);
        return [opened, ...findings.map((finding) => this.shownFinding(finding))];
      } catch (thrown) {
        return [opened, failed('test', thrown)];
      }
    });
  }

  private shownFinding(finding: TestFinding): TestFinding {
    const redact = (text: string) => this.services.redactor.text(text);
    const { message, error } = finding;
    return {
      ...finding,
      ...(message === undefined ? {} : { message: redact(message) }),
      ...(error === undefined ? {} : { error: redactedInfo(error, redact, 'none') }),
    };
  }

  /** A person logs in by browser. Throws `LOGIN_UNSUPPORTED` where the plugin has no such login. */
  login(person: LoginPrompt, options: CallOptions = {}): Promise<void> {
    return this.call(options, async (context) => {
      const connection = this.scope.resolve<Connection>(this.plugin.connection);
      if (this.manifest.connection.interactiveLogin !== true || connection.login === undefined) {
        throw usageError('LOGIN_UNSUPPORTED', `${this.manifest.id} has no login by browser`);
      }
      await connection.login(person, context);
      this.services.refusals.refusal = undefined;
    });
  }

  /** Forgets the stored credentials, and ends them at the service where that can be. Throws `LOGOUT_UNSUPPORTED` where the plugin stores none. */
  logout(options: CallOptions = {}): Promise<void> {
    return this.call(options, async (context) => {
      const connection = this.scope.resolve<Connection>(this.plugin.connection);
      if (connection.logout === undefined) {
        throw usageError('LOGOUT_UNSUPPORTED', `${this.manifest.id} stores no credentials to forget`);
      }
      await connection.logout(context);
    });
  }

  /** Object types that an operation can work on, live; leaving the loop stops the asking. */
  objectTypes(
    query: { readonly operation: string; readonly search?: string },
    options: CallOptions = {},
  ): AsyncIterable<ObjectType> {
    operationOf(this.plugin, query.operation);
    return this.stream(options, async (context, browse) => browse.objectTypes(query, context));
  }

  /** The schema of an operation's documents. */
  describe(request: DescribeRequest, options: CallOptions = {}): Promise<ObjectDefinition> {
    const descriptor = operationOf(this.plugin, request.operation);
    const { properties } = this.operationProperties(descriptor, request.properties, 'describe');
    return this.call(options, async (context, limit) => {
      const formats = this.manifest.browse?.schemas ?? [];
      const format = request.format ?? formats[0] ?? 'xsd';
      if (!formats.includes(format)) {
        throw usageError(
          'FORMAT_UNSUPPORTED',
          `${this.manifest.id} describes as ${formats.join(', ') || 'nothing'}, not as ${format}`,
        );
      }
      const browse = await this.browse(context, limit);
      const { operation, objectType, role } = request;
      return browse.describe({ operation, objectType, role, format, properties }, context);
    });
  }

  /** One level of fields below a path. */
  fields(
    query: { readonly operation: string; readonly objectType: string; readonly path: readonly string[] },
    options: CallOptions = {},
  ): AsyncIterable<Field> {
    operationOf(this.plugin, query.operation);
    return this.stream(options, async (context, browse) => {
      if (browse.fields === undefined)
        throw usageError('FIELDS_UNSUPPORTED', `${this.manifest.id} gives no fields by level`);
      return browse.fields(query, context);
    });
  }

  /** An operation as these properties make it: its descriptor with the variant that they select laid over it. Throws what `execute` throws of them. */
  descriptorOf({ operation, properties }: Pick<ExecutionRequest, 'operation' | 'properties'>): OperationDescriptor {
    const declared = operationOf(this.plugin, operation);
    return withVariant(declared, this.operationProperties(declared, properties).plain());
  }

  /**
   * Starts an operation. A read without `documents` runs once, on one empty document.
   * Throws at once what is wrong with the request (`OPERATION_UNKNOWN`, `CONFIG_INVALID`, `OBJECT_TYPE_MISSING`, `CHECKPOINT_INVALID`, `RESUME_UNSUPPORTED`); all that happens later is in the events and the summary.
   */
  execute(request: ExecutionRequest, documents?: Documents, options: ExecutionOptions = {}): Execution {
    return this.start('execute', request, documents, options);
  }

  /** Settles documents that ended `unknown`, or have no result, by the receipts that they bring; changes nothing on the service. Throws `RECONCILE_UNSUPPORTED` where the operation cannot. */
  reconcile(request: ExecutionRequest, documents: Documents, options: ExecutionOptions = {}): Execution {
    return this.start('reconcile', request, documents, options);
  }

  /** Ends all that is under way, closes the plugin's classes and the sockets. Idempotent; settles within the runtime's `closeWithinMs`; never rejects because of the plugin. */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    const { clock, limits, logger } = this.services;
    for (const limit of this.calls) limit.abort(cancelled('SHUTDOWN', 'the connection is closing'));
    const timer = new AbortController();
    const timeUp = clock.sleep(limits.closeWithinMs, timer.signal).catch(() => undefined);
    const stopped = Promise.all([...this.executions].map((execution) => execution.shutDown()));
    await Promise.race([stopped, timeUp]);
    const closed = this.scope.close().catch((error: unknown) => {
      logger.warn('a class of the plugin failed to close', { error: errorInfoOf(error, 'none') });
    });
    await Promise.race([closed, timeUp]);
    timer.abort(TIMER_OVER);
    await this.services.release();
  }

  private start(
    kind: 'execute' | 'reconcile',
    request: ExecutionRequest,
    documents: Documents | undefined,
    options: ExecutionOptions,
  ): Execution {
    this.mustBeUsable();
    const declared = operationOf(this.plugin, request.operation);
    const checked = this.operationProperties(declared, request.properties);
    const descriptor = withVariant(declared, checked.plain());
    const source = documents ?? defaultDocuments(descriptor);
    if (descriptor.objectType === 'required' && !request.objectType) {
      throw usageError('OBJECT_TYPE_MISSING', `operation ${descriptor.id} needs an objectType`);
    }
    if (kind === 'reconcile' && !descriptor.reconciles) {
      throw usageError('RECONCILE_UNSUPPORTED', `operation ${descriptor.id} cannot settle documents afterwards`);
    }
    const checkpoint = options.resumeFrom === undefined ? undefined : readCheckpoint(descriptor.id, options.resumeFrom);
    if (checkpoint !== undefined && !descriptor.resumable)
      throw usageError(
        'RESUME_UNSUPPORTED',
        `operation ${descriptor.id} as it is configured gives no checkpoints: what this one tells of would be done again`,
      );
    const { clock, limits } = this.services;
    const startedMs = clock.now();
    const limit = new CallLimit(clock, options);
    const { redactor } = this.services;
    const executionId = randomUUID();
    const logger = new ExecutionLogger(
      this.services.logger.for({ executionId }),
      (text) => redactor.text(text),
      (message) => this.services.events.emit('warning', { connectionId: this.id, executionId, message }),
    );
    const spool = this.services.makeSpool();
    const ledger = new DocumentLedger(checkpoint !== undefined);
    const meter = this.meter();
    const context = new RuntimeExecutionContext(limit, clock, logger, meter, {
      executionId,
      operation: descriptor,
      objectType: request.objectType ?? '',
      properties: checked.properties,
      maxInFlight: Math.min(descriptor.limits.maxInFlight, this.services.concurrency ?? Number.POSITIVE_INFINITY),
      spool,
      isReconciliation: kind === 'reconcile',
      mayRepeat: () => this.services.retryBudget.take(clock.now()),
      ...(checkpoint === undefined ? {} : { resumeFrom: checkpoint.state }),
    });
    const validator = validatorOf(`the properties of ${descriptor.id}`, declared.properties);
    const span = this.services.telemetry.startExecution(context, this.manifest.id, kind);
    const execution: Execution = new Execution({
      descriptor,
      limit,
      context,
      ledger,
      logger,
      meter,
      ...(options.resumeFrom === undefined ? {} : { resumeFrom: options.resumeFrom }),
      makeIntake: (refusedOne) =>
        new DocumentIntake(source, ledger, {
          descriptor,
          properties: checked.properties,
          maxDocumentBytes: limits.maxDocumentBytes ?? descriptor.limits.maxDocumentBytes,
          signal: limit.signal,
          clock,
          checkDynamic: (own) => {
            const merged = validator.checkDynamic(checked, own);
            noteSecrets(merged, (text) => redactor.add(text));
            return merged;
          },
          refusedOne,
          ...(checkpoint === undefined ? {} : { resumeFrom: checkpoint }),
        }),
      start: async (intake) => {
        await this.opening.open(context, limit);
        const type = await this.plugin.operations[descriptor.id]?.(checked.properties);
        if (type === undefined)
          throw usageError('OPERATION_UNKNOWN', `${this.manifest.id} names no class for ${descriptor.id}`);
        const operation = this.scope.resolve<Operation>(type);
        limit.signal.throwIfAborted();
        if (kind === 'execute') return operation.execute(intake, context);
        if (operation.reconcile === undefined)
          throw usageError('RECONCILE_UNSUPPORTED', `${descriptor.id} has no reconcile`);
        return operation.reconcile(intake, context);
      },
      redactor,
      ended: async (summary) => {
        this.executions.delete(execution);
        await spool.close().catch((error: unknown) => logger.warn('scratch space could not be removed', { error }));
        span.end(summary);
        const { warnings: _, checkpoint: __, ...counted } = summary;
        const tookMs = clock.now() - startedMs;
        this.services.events.emit('executionEnded', {
          connectionId: this.id,
          tookMs,
          ...counted,
        });
      },
    });
    this.executions.add(execution);
    const { objectType } = context;
    this.services.events.emit('executionStarted', {
      connectionId: this.id,
      executionId: execution.id,
      operation: descriptor.id,
      objectType,
    });
    return execution;
  }

  private operationProperties(
    descriptor: OperationDescriptor,
    properties: Json | undefined,
    purpose: Purpose = 'run',
  ): CheckedProperties {
    const validator = validatorOf(`the properties of ${descriptor.id}`, descriptor.properties);
    const checked = validator.check(properties ?? {}, (text) => this.services.redactor.text(text), purpose);
    noteSecrets(checked.properties, (text) => this.services.redactor.pin(text));
    return checked;
  }

  private meter(): UsageMeter {
    return new UsageMeter((name, usage) => this.services.telemetry.noteUsage(this.manifest.id, this.id, name, usage));
  }

  private async browse(context: RuntimeCallContext, limit: CallLimit): Promise<Browse> {
    if (this.plugin.browse === undefined)
      throw usageError('BROWSE_UNSUPPORTED', `${this.manifest.id} cannot be browsed`);
    await this.opening.open(context, limit);
    return this.scope.resolve<Browse>(await this.plugin.browse(this.checked.properties));
  }

  private async call<T>(
    options: CallOptions,
    work: (context: RuntimeCallContext, limit: CallLimit) => Promise<T>,
  ): Promise<T> {
    this.mustBeUsable();
    const { clock, logger } = this.services;
    const limit = new CallLimit(clock, options);
    this.calls.add(limit);
    try {
      limit.signal.throwIfAborted();
      return await limit.race(work(new RuntimeCallContext(limit, clock, logger, this.meter()), limit));
    } finally {
      this.calls.delete(limit);
      limit.end();
    }
  }

  private async *stream<T>(
    options: CallOptions,
    start: (context: RuntimeCallContext, browse: Browse) => Promise<AsyncIterable<T>>,
  ): AsyncGenerator<T> {
    this.mustBeUsable();
    const { clock, logger } = this.services;
    const limit = new CallLimit(clock, options);
    this.calls.add(limit);
    const context = new RuntimeCallContext(limit, clock, logger, this.meter());
    let iterator: AsyncIterator<T> | undefined;
    try {
      limit.signal.throwIfAborted();
      const source = await limit.race(this.browse(context, limit).then((browse) => start(context, browse)));
      iterator = source[Symbol.asyncIterator]();
      for (;;) {
        const step = await limit.race(iterator.next());
        if (step.done) return;
        yield step.value;
      }
    } finally {
      limit.abort(cancelled('HOST_LEFT', 'the reader has left'));
      this.calls.delete(limit);
      limit.end();
      void Promise.resolve(iterator?.return?.()).catch(() => undefined);
    }
  }

  private mustBeUsable(): void {
    if (this.closing !== undefined) throw usageError('CONNECTION_CLOSED', `connection ${this.id} is closed`);
  }
}

/** The descriptor with the first variant whose `when` the properties satisfy laid over it. */
function withVariant(descriptor: OperationDescriptor, plain: Json): OperationDescriptor {
  const variant = descriptor.variants?.find(({ when }) => satisfies(when, plain));
  if (variant === undefined) return descriptor;
  const { id: _, when: __, ...changes } = variant;
  return { ...descriptor, ...changes };
}

function defaultDocuments(descriptor: OperationDescriptor): Documents {
  if (descriptor.effect === 'read') return ONE_EMPTY_DOCUMENT;
  throw usageError('DOCUMENTS_MISSING', `operation ${descriptor.id} needs documents`);
}

function usageError(code: string, message: string): ConnectorError {
  return new ConnectorError({ category: 'config', code, message, effect: 'none', retryable: false });
}
