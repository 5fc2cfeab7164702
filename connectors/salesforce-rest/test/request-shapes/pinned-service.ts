import type { Json } from '@connector-runtime/core';
import {
  ConnectorRuntime,
  type DocumentInput,
  fetchTransport,
  type RuntimeConnection,
  type RuntimeOptions,
} from '@connector-runtime/runtime';
import nock from 'nock';
import salesforceRest from '#src/index.js';
import { type Ran, run } from '../running-org.js';

export const HOST = 'https://acme.my.salesforce.com';
export const BASE = '/services/data/v64.0';
export const XML = { 'content-type': 'application/xml;charset=UTF-8' };
export const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' };
export const CSV = { 'content-type': 'text/csv' };
export const SESSION = '00D000000000001!AQ.session';
/** What every data call carries. */
export const bearer = {
  authorization: `Bearer ${SESSION}`,
  'accept-encoding': 'identity',
  host: 'acme.my.salesforce.com',
};
/** All headers of a data call, by what it sends and is answered with. */
export const xmlBack = { accept: 'application/xml', ...bearer };
export const jsonBack = { accept: 'application/json', ...bearer };
export const csvBack = { accept: 'text/csv', ...bearer };
export const xmlBothWays = { ...xmlBack, 'content-type': 'application/xml; charset=UTF-8' };
export const jsonBothWays = { ...jsonBack, 'content-type': 'application/json; charset=UTF-8' };
export const csvSent = { ...jsonBack, 'content-type': 'text/csv' };
export const RESULT =
  '<?xml version="1.0" encoding="UTF-8"?><Result><id>001000000000001AAA</id><success>true</success></Result>';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const field = (name: string, more: object = {}) => ({
  name,
  type: 'string',
  createable: true,
  updateable: true,
  nillable: true,
  filterable: true,
  sortable: true,
  ...more,
});
const DESCRIBE = JSON.stringify({
  name: 'Account',
  label: 'Account',
  queryable: true,
  createable: true,
  updateable: true,
  deletable: true,
  fields: [
    field('Id', { type: 'id', idLookup: true }),
    field('Name'),
    field('Ext__c', { externalId: true, unique: true, idLookup: true }),
  ],
  childRelationships: [],
});

/** A service that knows only the requests that a test names beforehand, and keeps what they were. Any other one fails, and so does one that does not come. */
export class PinnedService {
  readonly seen: SeenRequest[] = [];
  /** What was sent, answered or not. */
  private readonly sent: string[] = [];
  /** The paths as tests named them: what is matched is their meaning, whichever way it is encoded. */
  private readonly answered: string[] = [];
  readonly runtime: ConnectorRuntime;

  constructor(options: Partial<RuntimeOptions> = {}) {
    nock.disableNetConnect();
    const http = fetchTransport((url, init) => {
      this.sent.push(`${init?.method} ${url}`);
      return fetch(url, init);
    });
    this.runtime = new ConnectorRuntime({ plugins: [salesforceRest], http, ...options });
  }

  /** Answers the next such request. */
  answer(
    method: string,
    path: string,
    status: number,
    body: string,
    headers: Record<string, string>,
    host = HOST,
  ): void {
    const scope = nock(host);
    // The body of a reply function was read as JSON already; here it is as it was sent.
    scope.on('request', (request: { path: string; headers: object }, _interceptor: unknown, sent: string) => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
      );
      this.seen.push({ method, path: request.path, headers, body: sent });
      this.answered.push(path);
    });
    scope.intercept(path, method).reply(status, body, headers);
  }

  /** Requests but logins and describes: each whole. */
  get calls(): readonly SeenRequest[] {
    return this.seen.filter(({ path }) => !path.startsWith('/services/Soap/') && !path.endsWith('/describe'));
  }

  answerLogin(): void {
    const body = `<E><Body><loginResponse><result><passwordExpired>false</passwordExpired><serverUrl>${HOST}/services/Soap/u/64.0/00D</serverUrl><sessionId>${SESSION}</sessionId><userId>005</userId></result></loginResponse></Body></E>`;
    const type = { 'content-type': 'text/xml' };
    this.answer('POST', '/services/Soap/u/64.0', 200, body, type, 'https://login.salesforce.com');
  }

  answerDescribe(): void {
    this.answer('GET', `${BASE}/sobjects/Account/describe`, 200, DESCRIBE, JSON_TYPE);
  }

  connect(properties: Readonly<Record<string, Json>> = {}): Promise<RuntimeConnection> {
    return this.runtime.connect({
      plugin: 'salesforce-rest',
      properties: {
        url: `${HOST}${BASE}`,
        authenticationType: 'USER_CREDENTIALS',
        username: 'u@x.com',
        password: 'p&<w>TOKEN',
        ...properties,
      },
    });
  }

  /** Runs documents after login and describe. */
  run(operation: string, properties: Json, documents?: DocumentInput[]): Promise<Ran> {
    this.answerLogin();
    this.answerDescribe();
    return this.runAfterLogin(operation, properties, documents);
  }

  /** Runs documents; what goes before is answered already. */
  async runAfterLogin(operation: string, properties: Json, documents?: DocumentInput[]): Promise<Ran> {
    return run(await this.connect(), { operation, objectType: 'Account', properties }, documents);
  }

  /** Runs one document after login and describe, and gives the only request that came of it. */
  async onlyCall(operation: string, properties: Json, body: string, own?: Json): Promise<SeenRequest | undefined> {
    const document = { body, ...(own === undefined ? {} : { properties: own }) } as DocumentInput;
    const { summary } = await this.run(operation, properties, [document]);
    expect(summary.counts.success).toBe(1);
    expect(this.calls).toHaveLength(1);
    return this.calls[0];
  }

  async stop(): Promise<void> {
    await this.runtime.close();
    const missing = nock.pendingMocks();
    nock.cleanAll();
    expect(missing).toEqual([]);
    expect(this.seen.map(({ path }) => path)).toEqual(this.answered);
    expect(this.sent.map(withoutOrigin)).toEqual(this.seen.map(({ method, path }) => `${method} ${path}`));
  }

  /** Gives the network back. */
  static restore(): void {
    nock.restore();
    nock.enableNetConnect();
  }
}

const withoutOrigin = (line: string): string => line.replace(/https:\/\/[^/]+/, '');
