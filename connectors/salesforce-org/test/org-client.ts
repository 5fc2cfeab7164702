import { type OrgRecord, type SalesforceOrg, type SalesforceOrgOptions, startSalesforceOrg } from '#src/index.js';

/** Any JSON: tests look at it member by member. */
export type Json = any;

/** An answer, read to its end. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body parsed as JSON. */
  readonly json: Json;
}

export const XML = { accept: 'application/xml' };
export const XML_BODY = { accept: 'application/xml', 'content-type': 'application/xml' };
export const V = '/services/data/v64.0';

/** An org with a client that is logged in by client credentials. */
export class OrgClient {
  private constructor(
    readonly org: SalesforceOrg,
    readonly token: string,
  ) {}

  static async start(options: SalesforceOrgOptions = {}): Promise<OrgClient> {
    const org = await startSalesforceOrg(options);
    const client = new OrgClient(org, '');
    const { json } = await client.form(`${org.url}/services/oauth2/token`, {
      grant_type: 'client_credentials',
      client_id: org.clientId,
      client_secret: org.clientSecret,
    });
    return new OrgClient(org, json.access_token);
  }

  /** Sends to a path below the org, or to a whole URL. */
  async send(
    method: string,
    path: string,
    body?: string | object,
    headers: Record<string, string> = {},
  ): Promise<Received> {
    const isText = typeof body === 'string';
    const answer = await fetch(new URL(path, this.org.url), {
      method,
      redirect: 'manual',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    });
    return received(answer);
  }

  get(path: string, headers?: Record<string, string>): Promise<Received> {
    return this.send('GET', path, undefined, headers);
  }

  query(soql: string, headers?: Record<string, string>): Promise<Received> {
    return this.get(`${V}/query?q=${encodeURIComponent(soql)}`, headers);
  }

  async form(url: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Received> {
    return received(await fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers }));
  }

  close(): Promise<void> {
    return this.org.close();
  }
}

/** The id that a lookup of a record holds, or empty text. */
export function idIn(record: OrgRecord | undefined, lookup: string): string {
  const id = record?.[lookup];
  return typeof id === 'string' ? id : '';
}

async function received(answer: Response): Promise<Received> {
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}
