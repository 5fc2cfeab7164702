import {
  type ConnectorPlugin,
  isConnectorError,
  type Json,
  type OperationEvent,
  type ResultEvent,
} from '@connector-runtime/core';
import {
  ConnectorRuntime,
  type DocumentInput,
  type Documents,
  type ExecutionOptions,
  type ExecutionSummary,
  type RuntimeConnection,
} from '@connector-runtime/runtime';
import { SubjectError } from './findings.js';
import { LentTransport } from './lent/lent-transport.js';
import type { Fixture, OperationFixture, Sample, SeenRequest, Subject } from './subject.js';

/** What one execution came to. */
export interface Outcome {
  readonly events: readonly OperationEvent[];
  readonly results: readonly ResultEvent[];
  readonly summary: ExecutionSummary;
}

/** An operation of the manifest with its fixture. `key`: its id, or `id:variant`. */
export interface TriedOperation {
  readonly key: string;
  readonly id: string;
  readonly effect: string;
  readonly maxBatch: number | undefined;
  readonly fixture: OperationFixture;
}

/** One check's own world: a fresh service, the plugin, and runtimes that lend it the suite's transport. */
export class Trial {
  readonly transport = new LentTransport();
  private readonly runtimes: ConnectorRuntime[] = [];

  private constructor(
    readonly subject: Subject,
    readonly plugin: ConnectorPlugin,
    readonly fixture: Fixture,
    readonly seed: number,
  ) {}

  static async start(subject: Subject, seed: number): Promise<Trial> {
    const plugin = await subject.load();
    const fixture = await subject.start({ seed });
    return new Trial(subject, plugin, fixture, seed);
  }

  /** Another world of the same kind, for a check that needs an empty ledger; the check stops it. */
  again(): Promise<Trial> {
    return Trial.start(this.subject, this.seed);
  }

  /** Every operation and variant that the manifest names; a fixture that lacks one is the subject's error. */
  operations(): readonly TriedOperation[] {
    return this.plugin.manifest.operations.flatMap((descriptor) => {
      const variants = descriptor.variants ?? [];
      return [undefined, ...variants].map((variant): TriedOperation => {
        const key = variant === undefined ? descriptor.id : `${descriptor.id}:${variant.id}`;
        const fixture = this.fixture.operations[key];
        if (fixture === undefined)
          throw new SubjectError(`the fixture has no operation ${key}; add it to Fixture.operations`);
        const batch = variant?.batch ?? descriptor.batch;
        return { key, id: descriptor.id, effect: descriptor.effect, maxBatch: batch?.maxDocuments, fixture };
      });
    });
  }

  writes(): readonly TriedOperation[] {
    return this.operations().filter(({ effect }) => effect !== 'read');
  }

  /** A connection over a runtime of its own; `plugin` in place of the subject's where a check watches it. */
  async connect(
    properties: Json = this.fixture.connections.valid,
    plugin: ConnectorPlugin = this.plugin,
  ): Promise<RuntimeConnection> {
    const runtime = new ConnectorRuntime({ plugins: [plugin], http: this.transport });
    this.runtimes.push(runtime);
    return runtime.connect({ plugin: plugin.manifest.id, properties });
  }

  /** Runs an operation to its end. */
  async run(
    connection: RuntimeConnection,
    operation: TriedOperation,
    documents: Documents,
    options: ExecutionOptions = {},
  ): Promise<Outcome> {
    const { objectType, properties } = operation.fixture;
    const request = { operation: operation.id, properties, ...(objectType === undefined ? {} : { objectType }) };
    const execution = connection.execute(request, documents, options);
    const events: OperationEvent[] = [];
    for await (const batch of execution.batches()) events.push(...batch);
    const results = events.filter((event) => event.type === 'result');
    return { events, results, summary: await execution.summary };
  }

  /** What was sent so far: by the lent transport, or as the fixture of a plugin with its own sockets says. */
  async requests(): Promise<readonly SeenRequest[]> {
    return this.plugin.manifest.egress === 'own' ? ((await this.fixture.requests?.()) ?? []) : this.transport.requests;
  }

  async stop(): Promise<void> {
    for (const runtime of this.runtimes) await runtime.close();
    await this.fixture.stop();
  }
}

/** Samples as documents, named by their keys. */
export function documentsOf(samples: readonly Sample[]): DocumentInput[] {
  return samples.map(({ key, mediaType, body, properties }) => ({
    id: key,
    mediaType,
    body,
    ...(properties === undefined ? {} : { properties }),
  }));
}

/** The error's code and category, for messages. */
export function nameOf(error: unknown): string {
  return isConnectorError(error) ? `${error.info.category}/${error.info.code}` : String(error);
}
