import type { LoggedRequest } from '@connector-runtime/salesforce-org';
import type { RunningOrg } from '../../running-org.js';

/** An operation over REST, one record a request. */
export const op = (operation: string, properties: Record<string, unknown> = {}, objectType = 'Account') =>
  ({ operation, objectType, properties: properties as never }) as const;

export const query = (properties: Record<string, unknown>, objectType?: string) => op('query', properties, objectType);

/** The requests of a kind that an org was sent. */
export function sentTo({ org }: RunningOrg, kind: string): readonly LoggedRequest[] {
  return org.requests.entries.filter((request) => request.kind === kind);
}

/** What was done in an org, each with the name or the phone that was written. */
export function writesIn({ org }: RunningOrg) {
  return org.ledger.entries.map(({ action, fields }) => [action, fields['Name'] ?? fields['Phone']]);
}
