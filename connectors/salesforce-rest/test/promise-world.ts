import type { Json, OperationEvent, ResultEvent, Status } from '@connector-runtime/core';
import {
  ConnectorRuntime,
  type Documents,
  type ExecutionOptions,
  type ExecutionSummary,
  type LogSink,
  type RuntimeConnection,
  type RuntimeOptions,
} from '@connector-runtime/runtime';
import { type SalesforceOrg, type SalesforceOrgOptions, startSalesforceOrg } from '@connector-runtime/salesforce-org';
import salesforceRest from '@connector-runtime/salesforce-rest';

/** What an execution came to. */
export interface Outcome {
  readonly results: readonly ResultEvent[];
  readonly outputs: readonly OperationEvent[];
  readonly summary: ExecutionSummary;
  /** Status by document id. */
  readonly statuses: Readonly<Record<string, Status>>;
}

/** An org, a runtime, and everything that was logged. */
export class PromiseWorld {
  readonly logged: string[] = [];
  readonly runtime: ConnectorRuntime;

  private constructor(
    readonly org: SalesforceOrg,
    options: Partial<RuntimeOptions>,
  ) {
    const note = (data: object, message: string) => {
      this.logged.push(`${message} ${JSON.stringify(data)}`);
    };
    const logger: LogSink = { debug: note, info: note, warn: note, error: note };
    this.runtime = new ConnectorRuntime({ plugins: [salesforceRest], logger, ...options });
  }

  static async start(
    orgOptions: SalesforceOrgOptions = {},
    runtimeOptions: Partial<RuntimeOptions> = {},
  ): Promise<PromiseWorld> {
    return new PromiseWorld(await startSalesforceOrg(orgOptions), runtimeOptions);
  }

  properties(changes: Readonly<Record<string, Json>> = {}): Json {
    const { org } = this;
    return {
      url: org.apiBase,
      authenticationType: 'USER_CREDENTIALS',
      username: org.username,
      password: `${org.password}${org.securityToken}`,
      authenticationUrl: org.soapLogin,
      ...changes,
    };
  }

  connect(changes: Readonly<Record<string, Json>> = {}): Promise<RuntimeConnection> {
    return this.runtime.connect({ plugin: 'salesforce-rest', properties: this.properties(changes) });
  }

  /** Names of accounts that the org holds and that begin so. */
  accountsNamed(start: string): string[] {
    return this.org
      .records('Account')
      .map((account) => String(account['Name']))
      .filter((name) => name.startsWith(start));
  }

  async stop(): Promise<void> {
    await this.runtime.close();
    await this.org.close();
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
  const execution = connection.execute({ operation, objectType, properties }, documents, options);
  const events: OperationEvent[] = [];
  for await (const event of execution) events.push(event);
  const results = events.filter((event) => event.type === 'result');
  const statuses: Record<string, Status> = {};
  for (const { inputs, status } of results) for (const id of inputs) statuses[id] = status;
  return {
    results,
    outputs: events.filter((event) => event.type === 'output'),
    summary: await execution.summary,
    statuses,
  };
}

/** Documents `d1` to `d<count>` that create accounts named after them. */
export function accounts(count: number, name = 'Promise'): { readonly id: string; readonly body: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `d${index + 1}`,
    body: `<records type="Account"><Name>${name} d${index + 1}</Name></records>`,
  }));
}
