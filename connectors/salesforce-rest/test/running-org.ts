import type { Json, OutputEvent, ResultEvent } from '@connector-runtime/core';
import {
  ConnectorRuntime,
  type Documents,
  type ExecutionOptions,
  type ExecutionRequest,
  type ExecutionSummary,
  type RuntimeConnection,
  type RuntimeOptions,
} from '@connector-runtime/runtime';
import { type SalesforceOrg, type SalesforceOrgOptions, startSalesforceOrg } from '@connector-runtime/salesforce-org';
import salesforceRest from '#src/index.js';

export interface RunningOrg {
  readonly org: SalesforceOrg;
  /** A new connection with these properties laid over those that log in; without `url` version and by user name. */
  connect(properties?: Readonly<Record<string, Json>>, id?: string): Promise<RuntimeConnection>;
  readonly runtime: ConnectorRuntime;
  stop(): Promise<void>;
}

/** An org on loopback, and a runtime with the plugin. */
export async function runOrg(
  options: SalesforceOrgOptions = {},
  host: Partial<RuntimeOptions> = {},
): Promise<RunningOrg> {
  const org = await startSalesforceOrg({ accounts: 20, keepBodies: true, ...options });
  const runtime = new ConnectorRuntime({ plugins: [salesforceRest], ...host });
  return {
    org,
    runtime,
    connect: async (properties = {}, id?: string) =>
      runtime.connect({
        ...(id === undefined ? {} : { id }),
        plugin: 'salesforce-rest',
        properties: { ...userCredentials(org), ...properties },
      }),
    stop: async () => {
      await runtime.close();
      await org.close();
    },
  };
}

export function userCredentials(org: SalesforceOrg): Record<string, Json> {
  return {
    url: org.apiBase,
    authenticationType: 'USER_CREDENTIALS',
    username: org.username,
    password: org.password + org.securityToken,
    authenticationUrl: org.soapLogin,
  };
}

export interface Ran {
  readonly results: readonly ResultEvent[];
  readonly outputs: readonly OutputEvent[];
  readonly summary: ExecutionSummary;
}

/** Runs an operation to its end. */
export async function run(
  connection: RuntimeConnection,
  request: ExecutionRequest,
  documents?: Documents,
  options?: ExecutionOptions,
): Promise<Ran> {
  const results: ResultEvent[] = [];
  const outputs: OutputEvent[] = [];
  const execution = connection.execute(request, documents, options);
  for await (const event of execution) {
    if (event.type === 'result') results.push(event);
    else if (event.type === 'output') outputs.push(event);
  }
  return { results, outputs, summary: await execution.summary };
}

/** Documents of these bodies. */
export function bodies(...texts: readonly string[]): { body: string }[] {
  return texts.map((body) => ({ body }));
}
