import type { JsonSchema, Secret } from '@connector-runtime/core';
import { LAST_SOAP_LOGIN_VERSION } from '../service-limits.js';

export type GrantType = 'authorizationCode' | 'clientCredentials' | 'jwtBearer' | 'refreshToken';

/** Properties of a connection, checked and with defaults. */
export interface ConnectionProperties {
  readonly url: string;
  readonly authenticationType: 'USER_CREDENTIALS' | 'OAUTH_2';
  readonly username?: string;
  readonly password?: Secret;
  readonly authenticationUrl: string;
  readonly grantType?: GrantType;
  readonly clientId?: string;
  readonly clientSecret?: Secret;
  readonly tokenUrl?: string;
  readonly authorizationUrl?: string;
  readonly refreshToken?: Secret;
  readonly privateKey?: Secret;
  readonly jwtSubject?: string;
  readonly concurrent: number;
  readonly repeatUpdates: boolean;
  readonly apiUsageWarningPercent: number;
}

/** The newest that has a login. */
export const SOAP_LOGIN_PATH = `/services/Soap/u/${LAST_SOAP_LOGIN_VERSION}.0`;

/** Where user names and passwords are taken, unless the connection says otherwise. */
export const DEFAULT_LOGIN_URL = `https://login.salesforce.com${SOAP_LOGIN_PATH}`;

/** So many requests may be under way at once, as the original has it. */
export const MAX_CONCURRENT_REQUESTS = 25;

const secret = { type: 'string', minLength: 1, format: 'password', writeOnly: true };
const address = { type: 'string', pattern: '^\\s*https?://[^\\s]+\\s*$' };

function where(property: string, value: string): JsonSchema {
  return { properties: { [property]: { const: value } }, required: [property] };
}

/** Choices are `if`/`then`: an issue then names the property that is missing, not a branch. */
export const connectionPropertiesSchema = {
  type: 'object',
  title: 'Salesforce connection',
  additionalProperties: false,
  required: ['url', 'authenticationType'],
  properties: {
    url: {
      ...address,
      title: 'URL',
      description:
        'Address of the organisation, such as https://acme.my.salesforce.com: the newest API version is then used that the organisation offers and this release was tested with. Or with a version of your own, 59 or higher: https://acme.my.salesforce.com/services/data/v64.0.',
    },
    authenticationType: {
      type: 'string',
      title: 'Authentication type',
      description:
        "USER_CREDENTIALS logs in with user name and password (SOAP login, which Salesforce retires with Summer '27); OAUTH_2 with an app registered in Salesforce.",
      enum: ['USER_CREDENTIALS', 'OAUTH_2'],
    },
    username: { type: 'string', minLength: 1, title: 'User name', description: 'For USER_CREDENTIALS.' },
    password: {
      ...secret,
      title: 'Password',
      description: 'For USER_CREDENTIALS: the password with the security token appended.',
    },
    authenticationUrl: {
      type: 'string',
      pattern: '^\\s*(?:https?://[^\\s]+)?\\s*$',
      title: 'SOAP login address',
      description: `For USER_CREDENTIALS: where login() is called, with a version of its own, at most ${LAST_SOAP_LOGIN_VERSION}. For sandboxes https://test.salesforce.com${SOAP_LOGIN_PATH}.`,
      default: DEFAULT_LOGIN_URL,
    },
    grantType: {
      type: 'string',
      title: 'Grant type',
      description:
        'For OAUTH_2: how a token is obtained. authorizationCode: a person logs in by browser; clientCredentials: as the user that the app runs as; jwtBearer: for a user, by a key of the app; refreshToken: by a token that was obtained before.',
      enum: ['authorizationCode', 'clientCredentials', 'jwtBearer', 'refreshToken'],
    },
    clientId: {
      type: 'string',
      minLength: 1,
      title: 'Client id',
      description: 'For OAUTH_2: consumer key of the app.',
    },
    clientSecret: { ...secret, title: 'Client secret', description: 'For OAUTH_2: consumer secret of the app.' },
    tokenUrl: {
      ...address,
      title: 'Token address',
      description:
        'For OAUTH_2: where tokens are obtained. Unset: /services/oauth2/token at the origin of url, which is right for My Domain hosts.',
    },
    authorizationUrl: {
      ...address,
      title: 'Authorization address',
      description:
        'For OAUTH_2 with authorizationCode: the page where the person logs in. Unset: /services/oauth2/authorize at the origin of url.',
    },
    privateKey: {
      ...secret,
      title: 'Private key',
      description: 'For OAUTH_2 with jwtBearer: the RSA key of the app, as PEM; the app holds its certificate.',
    },
    jwtSubject: {
      type: 'string',
      minLength: 1,
      title: 'User of the assertion',
      description: 'For OAUTH_2 with jwtBearer: name of the user whom the app acts for.',
    },
    refreshToken: {
      ...secret,
      title: 'Refresh token',
      description:
        'For OAUTH_2 with refreshToken: a token obtained before. One that replaces it is kept in the credential store.',
    },
    concurrent: {
      type: 'integer',
      minimum: 1,
      maximum: MAX_CONCURRENT_REQUESTS,
      default: 5,
      title: 'Concurrent requests',
      description:
        'Requests under way at once, over all operations of the connection. Changes of one record go in the order of the input; other documents of one input go at once, and 1 keeps their order too, as parents and children that are new need it.',
    },
    repeatUpdates: {
      type: 'boolean',
      default: true,
      title: 'Repeat updates',
      description:
        'Whether an update whose answer was lost is sent again. The record ends up the same, but automation in the organisation may run twice.',
    },
    apiUsageWarningPercent: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 80,
      title: 'API usage warning',
      description: 'Share of the daily API calls, in per cent, at which a warning is given.',
    },
  },
  allOf: [
    { if: where('authenticationType', 'USER_CREDENTIALS'), then: { required: ['username', 'password'] } },
    { if: where('authenticationType', 'OAUTH_2'), then: { required: ['grantType', 'clientId'] } },
    { if: where('grantType', 'clientCredentials'), then: { required: ['clientSecret'] } },
    { if: where('grantType', 'jwtBearer'), then: { required: ['privateKey', 'jwtSubject'] } },
    { if: where('grantType', 'refreshToken'), then: { required: ['refreshToken'] } },
  ],
} as const satisfies JsonSchema;
