import type { Json, Status } from '@connector-runtime/core';
import type {
  Documents,
  ExecutionOptions,
  LogSink,
  RuntimeConnection,
  RuntimeOptions,
} from '@connector-runtime/runtime';
import type { SalesforceOrgOptions } from '@connector-runtime/salesforce-org';
import { type Ran, type RunningOrg, run as runOperation, runOrg, userCredentials } from './running-org.js';

/** What an execution came to, with the status of each document by its id. */
export interface Outcome extends Ran {
  readonly statuses: Readonly<Record<string, Status>>;
}

/** An org and a runtime, with everything that was logged. */
export class PromiseWorld {
  readonly org: RunningOrg['org'];
  readonly runtime: RunningOrg['runtime'];

  private constructor(
    private readonly running: RunningOrg,
    readonly logged: readonly string[],
  ) {
    this.org = running.org;
    this.runtime = running.runtime;
  }

  static async start(
    orgOptions: SalesforceOrgOptions = {},
    runtimeOptions: Partial<RuntimeOptions> = {},
  ): Promise<PromiseWorld> {
    const logged: string[] = [];
    const note = (data: object, message: string) => {
      logged.push(`${message} ${JSON.stringify(data)}`);
    };
    const logger: LogSink = { debug: note, info: note, warn: note, error: note };
    return new PromiseWorld(
      await runOrg({ accounts: 200, keepBodies: false, ...orgOptions }, { logger, ...runtimeOptions }),
      logged,
    );
  }

  /** Properties of a connection by user name. */
  properties(): Json {
    return userCredentials(this.org);
  }

  connect(changes: Readonly<Record<string, Json>> = {}): Promise<RuntimeConnection> {
    return this.running.connect(changes);
  }

  /** A connection by client credentials. */
  connectByOAuth(more: Readonly<Record<string, Json>> = {}): Promise<RuntimeConnection> {
    const { apiBase: url, clientId, clientSecret } = this.org;
    const oauth = { url, authenticationType: 'OAUTH_2', grantType: 'clientCredentials', clientId, clientSecret };
    return this.runtime.connect({ plugin: 'salesforce-rest', properties: { ...oauth, ...more } });
  }

  /** Names of accounts that the org holds and that begin so. */
  accountsNamed(start: string): string[] {
    return this.org
      .records('Account')
      .map((account) => String(account['Name']))
      .filter((name) => name.startsWith(start));
  }

  stop(): Promise<void> {
    return this.running.stop();
  }
}

export async function run(
  connection: RuntimeConnection,
  operation: string,
  documents: Documents | undefined,
  properties: Json = {},
  options: ExecutionOptions = {},
  objectType = 'Account',
): Promise<Outcome> {
  const ran = await runOperation(connection, { operation, objectType, properties }, documents, options);
  const statuses: Record<string, Status> = {};
  for (const { inputs, status } of ran.results) for (const id of inputs) statuses[id] = status;
  return { ...ran, statuses };
}

/** Documents `d1` to `d<count>` that create accounts named after them. */
export function accounts(count: number, name = 'Promise'): { readonly id: string; readonly body: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `d${index + 1}`,
    body: `<records type="Account"><Name>${name} d${index + 1}</Name></records>`,
  }));
}

const worlds: PromiseWorld[] = [];

export async function startWorld(...options: Parameters<typeof PromiseWorld.start>): Promise<PromiseWorld> {
  const world = await PromiseWorld.start(...options);
  worlds.push(world);
  return world;
}

/** Stops what the tests of a file started; to be called after each. */
export async function stopWorlds(): Promise<void> {
  for (const world of worlds.splice(0)) await world.stop();
}

/** What an execution came to, and the org that it wrote to. */
export interface Made {
  readonly outcome: Outcome;
  readonly org: PromiseWorld['org'];
}

/** No claim that the org contradicts: of the accounts of {@link accounts}, `success` is there, `failure`, `applicationError` and `notAttempted` are not; nothing is there twice. */
export function expectHonest({ outcome, org }: Made): void {
  const names = org
    .records('Account')
    .map((account) => String(account['Name']))
    .filter((name) => name.startsWith('Promise'))
    .map((name) => name.split(' ')[1] ?? '');
  expect(new Set(names).size).toBe(names.length);
  for (const [id, status] of Object.entries(outcome.statuses)) {
    if (status === 'success') expect(names).toContain(id);
    else if (status !== 'unknown') expect(names).not.toContain(id);
  }
}

export const count = (outcome: Outcome, status: Status) => outcome.summary.counts[status];
