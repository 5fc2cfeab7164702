import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ConnectorRuntime } from '@connector-runtime/runtime';
import salesforceRest from '#src/index.js';
import { knownCodes } from '#src/transport/service-codes.js';
import { json, RawService } from '../raw-service.js';
import { bodies, run } from '../running-org.js';

const PAGE = path.resolve(__dirname, '../../../../docs/reference/salesforce-rest/errors.md');

interface Row {
  readonly code: string;
  readonly message: string;
  /** The login is answered so, and not the create. */
  readonly isLogin: boolean;
  readonly status: number;
  readonly category: string;
  readonly effect: string;
  readonly retryable: boolean;
  readonly texts: readonly string[];
}

const [ofTheService = ''] = readFileSync(PAGE, 'utf8').split("## The connector's own codes");
const all: readonly Row[] = ofTheService
  .split('\n')
  .filter((line) => /^\| `\w/.test(line))
  .map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const [, first = '', status = '', category = '', effect = '', retryable, ...texts] = cells;
    const [, code = '', message = 'as it is'] = /^`(\w+)`(?: \(`([^`…]+)…`\))?$/.exec(first.replace(/ …/, '…')) ?? [];
    return {
      code,
      message,
      isLogin: status.startsWith('login'),
      status: Number(status.replace('login ', '')),
      category: category.replaceAll('`', ''),
      effect,
      retryable: retryable === 'yes',
      texts: texts.slice(0, 2),
    };
  });

const rows = all.filter(({ code }) => /[A-Z]/.test(code));
const ofTokens = all.filter(({ code }) => !/[A-Z]/.test(code));

test('the page has every code that the connector knows, each with its meaning and remedy', () => {
  expect([...new Set(rows.map(({ code }) => code))].sort()).toEqual([...knownCodes()].sort());
  expect(all.filter(({ texts }) => texts.length < 2 || texts.includes(''))).toEqual([]);
});

describe('a create that is refused with', () => {
  let answer = { status: 200, body: '' };
  let fault: string | undefined;
  let service: RawService;
  beforeAll(async () => {
    service = await RawService.start(({ method, path: asked }) => {
      if (fault !== undefined && asked.startsWith('/services/Soap')) return faultAnswer(fault);
      return method === 'POST' && asked.includes('/sobjects/')
        ? { ...answer, headers: { 'content-type': 'application/json' } }
        : 'default';
    });
  });
  afterAll(() => service.stop());

  test.each(rows.map((row) => [`${row.status} ${row.code} ${row.message}`, row] as const))(
    '%s is what the page says',
    async (_, { code, message, isLogin, status, category, effect, retryable }) => {
      const second = { errorCode: 'ANOTHER_CODE', message: 'and this', fields: ['Name'] };
      answer = { status, body: JSON.stringify([{ errorCode: code, message }, second]) };
      fault = isLogin ? code : undefined;
      const runtime = new ConnectorRuntime({ plugins: [salesforceRest], limits: { repeatsPerRequest: 1 } });
      const connection = await runtime.connect({
        plugin: 'salesforce-rest',
        properties: service.properties({ password: 's3same' }),
      });

      const { results } = await run(
        connection,
        { operation: 'create', objectType: 'Account' },
        bodies('<r><Name>a</Name></r>'),
      );

      const error = results[0]?.error;
      expect(error).toMatchObject({ code: `SALESFORCE_${code}`, category, effect, retryable });
      expect(error?.message).toContain(isLogin ? `${code}: no` : `${code}: ${message}; ANOTHER_CODE: and this`);
      await runtime.close();
    },
  );
});

test.each(ofTokens)('a token request that is refused with $status $code is what the page says', async (row) => {
  const { code, status, category, effect, retryable } = row;
  const service = await RawService.start(({ path: asked }) =>
    asked === '/services/oauth2/token' ? json({ error: code, error_description: 'and why' }, status) : 'default',
  );
  const runtime = new ConnectorRuntime({ plugins: [salesforceRest] });
  const oauth = {
    authenticationType: 'OAUTH_2',
    grantType: 'clientCredentials',
    clientId: 'c',
    clientSecret: 's3same',
  };
  const connection = await runtime.connect({
    plugin: 'salesforce-rest',
    properties: { url: `${service.url}/services/data/v64.0`, ...oauth },
  });

  const [opened] = await connection.test();
  await runtime.close();
  await service.stop();

  const publicCode = `SALESFORCE_OAUTH_${code.toUpperCase()}`;
  expect(opened?.error).toMatchObject({ code: publicCode, category, effect, retryable });
  expect(opened?.message).toContain(`${code}: and why`);
});

/** Of the reference of the service: what a request, a login or a job can be refused with. */
const CODES_OF_THE_SERVICE = `
  ALL_OR_NONE_OPERATION_ROLLED_BACK API_DISABLED_FOR_ORG API_ERROR BATCH_PROCESSING_HALTED
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY CANNOT_UPDATE_CONVERTED_LEAD DELETE_FAILED DUPLICATES_DETECTED
  DUPLICATE_VALUE ENTITY_IS_DELETED EXCEEDED_ID_LIMIT FIELD_CUSTOM_VALIDATION_EXCEPTION FIELD_INTEGRITY_EXCEPTION
  FUNCTIONALITY_NOT_ENABLED INSUFFICIENT_ACCESS INSUFFICIENT_ACCESS_OR_READONLY INVALIDENTITY INVALIDJOB
  INVALIDJOBSTATE INVALID_AUTH_HEADER INVALID_CROSS_REFERENCE_KEY INVALID_EMAIL_ADDRESS INVALID_FIELD
  INVALID_FIELD_FOR_INSERT_UPDATE INVALID_INPUT INVALID_LOGIN INVALID_OPERATION
  INVALID_OPERATION_WITH_EXPIRED_PASSWORD INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST INVALID_QUERY_FILTER_OPERATOR
  INVALID_QUERY_LOCATOR INVALID_SESSION_ID INVALID_TYPE JSON_PARSER_ERROR LOGIN_MUST_USE_SECURITY_TOKEN
  MALFORMED_ID MALFORMED_QUERY METHOD_NOT_ALLOWED MISSING_ARGUMENT NOT_FOUND NUMBER_OUTSIDE_VALID_RANGE
  PROCESSING_HALTED QUERY_TIMEOUT REQUEST_LIMIT_EXCEEDED REQUIRED_FIELD_MISSING SERVER_UNAVAILABLE STRING_TOO_LONG
  UNABLE_TO_LOCK_ROW UNKNOWN_EXCEPTION UNSUPPORTED_API_VERSION UNSUPPORTED_MEDIA_TYPE XML_PARSER_ERROR
`;
const CODES_OF_TOKENS = `
  inactive_org inactive_user invalid_client invalid_client_id invalid_grant invalid_request redirect_uri_mismatch
  unsupported_grant_type unsupported_token_type
`;
const words = (text: string) => text.trim().split(/\s+/);

test('the page has every error code that the service is known to give', () => {
  const told = new Set(rows.map(({ code }) => code));
  expect(words(CODES_OF_THE_SERVICE).filter((code) => !told.has(code))).toEqual([]);
});

test('the page has the errors of tokens, all of them', () => {
  expect(ofTokens.map(({ code }) => code).sort()).toEqual(words(CODES_OF_TOKENS));
});

function faultAnswer(code: string) {
  const fault = `<faultcode>sf:${code}</faultcode><faultstring>${code}: no</faultstring>`;
  const text = `<E xmlns:sf="urn:fault.partner.soap.sforce.com"><Body><Fault>${fault}</Fault></Body></E>`;
  return { status: 500, body: text, headers: { 'content-type': 'text/xml' } };
}
