import { isConnectorError } from '@connector-runtime/core';
import {
  type ConfigIssue,
  type ConnectionComponent,
  ConnectorRuntime,
  issuesOf,
  loadPlugin,
  type RuntimeConnection,
} from '@connector-runtime/runtime';
import salesforceRest from '@connector-runtime/salesforce-rest';

// #region imported
/** A runtime whose plugins the code imports. */
export function startRuntime(): ConnectorRuntime {
  return new ConnectorRuntime({ plugins: [salesforceRest] });
}
// #endregion

// #region loaded
/** A runtime whose plugins a configuration names. */
export async function startRuntimeWith(names: readonly string[], folder: string): Promise<ConnectorRuntime> {
  return new ConnectorRuntime({ plugins: await Promise.all(names.map((name) => loadPlugin(name, folder))) });
}
// #endregion

// #region connect
/** Sends nothing yet. */
export async function connectCrm(runtime: ConnectorRuntime, url: string): Promise<RuntimeConnection> {
  return runtime.connect({
    id: 'crm',
    plugin: 'salesforce-rest',
    properties: {
      url,
      authenticationType: 'OAUTH_2',
      grantType: 'clientCredentials',
      clientId: '3MVG9.LoopbackOrgExternalClientApp',
      clientSecret: { $secret: 'env:CRM_CLIENT_SECRET' },
    },
  });
}
// #endregion

// #region issues
/** What is wrong with a connection, property by property, for a form. */
export async function issuesIn(
  runtime: ConnectorRuntime,
  component: ConnectionComponent,
): Promise<readonly ConfigIssue[]> {
  try {
    await (await runtime.connect(component)).close();
    return [];
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    const { path = '', code, message } = error.info;
    const issues = issuesOf(error);
    return issues.length > 0 ? issues : [{ path, rule: code, message }];
  }
}
// #endregion

// #region secrets
/** A runtime that reads `{"$secret": "vault:<name>"}` from a vault. */
export function startRuntimeWithVault(readVault: (name: string) => Promise<string>): ConnectorRuntime {
  return new ConnectorRuntime({
    plugins: [salesforceRest],
    secretResolver: async (reference) => {
      if (!reference.startsWith('vault:')) throw new Error('not of the vault');
      return readVault(reference.slice('vault:'.length));
    },
  });
}
// #endregion
