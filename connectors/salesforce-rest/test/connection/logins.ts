import type { Json, TestFinding } from '@connector-runtime/core';
import type { RuntimeConnection } from '@connector-runtime/runtime';
import type { SalesforceOrg } from '@connector-runtime/salesforce-org';
import type { RunningOrg } from '../running-org.js';

type Properties = Readonly<Record<string, Json>>;

/** The least that a session is used for. */
export const query = { operation: 'query', objectType: 'Account', properties: { fields: ['Name'] } } as const;

/** What a test of a connection says by that name. */
export async function findingOf(
  world: RunningOrg,
  properties: Properties,
  name: string,
): Promise<TestFinding | undefined> {
  return (await (await world.connect(properties)).test()).find((one) => one.name === name);
}

export function clientCredentials(org: SalesforceOrg) {
  return {
    url: org.url,
    authenticationType: 'OAUTH_2',
    grantType: 'clientCredentials',
    clientId: org.clientId,
    clientSecret: org.clientSecret,
  };
}

/** Connects by OAuth alone: no property of the user's. */
export function connectByOAuth(
  { runtime }: RunningOrg,
  properties: Properties,
  id?: string,
): Promise<RuntimeConnection> {
  return runtime.connect({
    ...(id === undefined ? {} : { id }),
    plugin: 'salesforce-rest',
    properties,
  });
}
