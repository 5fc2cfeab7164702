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

test('the page has the errors of tokens', () => {
  expect(ofTokens.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['invalid_grant', 'invalid_client', 'invalid_client_id', 'redirect_uri_mismatch']),
  );
});

function faultAnswer(code: string) {
  const fault = `<faultcode>sf:${code}</faultcode><faultstring>${code}: no</faultstring>`;
  const text = `<E xmlns:sf="urn:fault.partner.soap.sforce.com"><Body><Fault>${fault}</Fault></Body></E>`;
  return { status: 500, body: text, headers: { 'content-type': 'text/xml' } };
}
