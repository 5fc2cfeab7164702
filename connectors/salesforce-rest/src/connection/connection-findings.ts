import {
  type CallContext,
  ConnectorError,
  errorInfoOf,
  isConnectorError,
  type Json,
  type TestFinding,
} from '@connector-runtime/core';
import type { ConnectionProperties } from '../properties/connection-properties.js';
import { LIMITS_PATH, queryPath } from '../transport/endpoints.js';
import { plainText } from '../transport/plain-text.js';
import { configError, protocolError } from '../transport/refusals.js';
import type { SalesforceTransport } from '../transport/salesforce-transport.js';
import type { Session } from '../transport/session-source.js';
import { NEWEST_TESTED_VERSION, parseServiceUrl } from './service-address.js';
import { SOAP_LOGIN_ENDS, SOAP_LOGIN_WAY_OUT } from './soap-login.js';

const SUPPORTED_EDITIONS = /^(?:Professional|Enterprise|Unlimited|Performance|Developer|Partner Developer)\b/i;
const ORGANIZATION_QUERY = 'SELECT Id,Name,OrganizationType,IsSandbox,InstanceName FROM Organization';

/** What a finding says when it is well. */
interface Found {
  readonly message: string;
  readonly warning?: boolean;
}

/** Names edition, organisation and API version. */
export function findEdition(
  transport: SalesforceTransport,
  session: Session,
  context: CallContext,
): Promise<TestFinding> {
  return finding('edition', context, async () => {
    const version = session.apiPath.replace(/^.*\/v/, '');
    const isUntested = Number(version) > NEWEST_TESTED_VERSION;
    const path = queryPath(ORGANIZATION_QUERY, false);
    const answer = await transport.getJson(path, 'read organisation', context).catch((error: unknown) => {
      throw isUntested && isNotFound(error) ? versionUnknown(version) : error;
    });
    const record = member(answer, 'records');
    const organization = Array.isArray(record) ? (record[0] as Json | undefined) : undefined;
    const edition = member(organization, 'OrganizationType');
    if (typeof edition !== 'string')
      throw protocolError('ORGANIZATION_UNREADABLE', 'the organisation has no OrganizationType', 'none');
    const name = plainText(`${edition}${member(organization, 'IsSandbox') === true ? ' (sandbox)' : ''}`);
    const place = plainText(`organisation ${textIn(organization, 'Id')} on ${textIn(organization, 'InstanceName')}`);
    if (!SUPPORTED_EDITIONS.test(edition)) {
      throw new ConnectorError({
        category: 'unsupported',
        code: 'EDITION_UNSUPPORTED',
        message: `${name} is not supported: Professional (with API access), Enterprise, Unlimited and Developer are; ${place}`,
        effect: 'none',
        retryable: false,
      });
    }
    const untested = isUntested ? `, newer than ${NEWEST_TESTED_VERSION}.0, up to which this release was tested` : '';
    return { message: `${name}, ${place}, API version ${version}${untested}`, warning: isUntested };
  });
}

function isNotFound(error: unknown): boolean {
  return isConnectorError(error) && error.info.category === 'notFound';
}

function versionUnknown(version: string): ConnectorError {
  return configError(
    'API_VERSION_UNKNOWN',
    `the organisation does not know API version ${version}; this release was tested up to ${NEWEST_TESTED_VERSION}.0`,
    '/url',
  );
}

/** Tells how many API calls of the day are left. */
export function findApiUsage(
  transport: SalesforceTransport,
  properties: ConnectionProperties,
  context: CallContext,
): Promise<TestFinding> {
  return finding('api usage', context, async () => {
    const limits = member(await transport.getJson(LIMITS_PATH, 'read limits', context), 'DailyApiRequests');
    const max = Number(member(limits, 'Max'));
    const left = Number(member(limits, 'Remaining'));
    if (!Number.isFinite(max) || !Number.isFinite(left)) {
      throw protocolError('LIMITS_UNREADABLE', 'the limits hold no DailyApiRequests', 'none');
    }
    const percent = max === 0 ? 100 : (100 * (max - left)) / max;
    const count = new Intl.NumberFormat('en-US');
    return {
      message: `${count.format(left)} of ${count.format(max)} API calls of this day are left`,
      warning: percent >= properties.apiUsageWarningPercent,
    };
  });
}

/** Warns that SOAP login ends. */
export function findLoginMethod(properties: ConnectionProperties, context: CallContext): Promise<TestFinding> {
  return finding('login method', context, async () =>
    properties.authenticationType === 'USER_CREDENTIALS'
      ? {
          message: `SOAP login() works today; Salesforce ends it in ${SOAP_LOGIN_ENDS}. Before that, ${SOAP_LOGIN_WAY_OUT}`,
          warning: true,
        }
      : { message: `OAuth 2.0, ${properties.grantType ?? ''}` },
  );
}

/** Warns where data calls go to another host than `url` names. */
export function findHost(
  properties: ConnectionProperties,
  session: Session,
  context: CallContext,
): Promise<TestFinding> {
  return finding('host', context, async () => {
    const { origin } = parseServiceUrl(properties.url);
    return origin === session.origin
      ? { message: session.origin }
      : {
          message: `data calls go to ${session.origin}, as the login told, not to ${origin} of url: correct url`,
          warning: true,
        };
  });
}

async function finding(name: string, context: CallContext, find: () => Promise<Found>): Promise<TestFinding> {
  const startedAt = context.clock.now();
  const tookMs = () => context.clock.now() - startedAt;
  try {
    const { message, warning } = await find();
    return { name, ok: true, message, tookMs: tookMs(), ...(warning === true ? { warning } : {}) };
  } catch (thrown) {
    context.signal.throwIfAborted();
    const error = errorInfoOf(thrown, 'none');
    return { name, ok: false, message: error.message, error, tookMs: tookMs() };
  }
}

function member(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return (value as Readonly<Record<string, Json>>)[name];
}

function textIn(value: Json | undefined, name: string): string {
  const text = member(value, name);
  return typeof text === 'string' ? text : '(unknown)';
}
