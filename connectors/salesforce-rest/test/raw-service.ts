import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '@connector-runtime/core';

/** A request as {@link RawService} saw it. */
export interface RawRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An answer in bytes; `undefined`: the connection is closed without one. */
export interface RawAnswer {
  readonly status: number;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection closes after so many bytes of the body. */
  readonly cut?: { readonly atByte: number; readonly framing: Framing };
}

/** What tells where a body ends: its stated length, its chunks, or the closing of the connection. */
export type Framing = 'content-length' | 'chunked' | 'close';

type Behaviour = (
  request: RawRequest,
) => RawAnswer | undefined | 'default' | Promise<RawAnswer | undefined | 'default'>;

const FIELDS = ['Id', 'Name', 'Big__c', 'Key__c'].map((name) => ({
  name,
  label: name,
  type: name === 'Id' ? 'id' : name === 'Big__c' ? 'long' : 'string',
  createable: name !== 'Id',
  updateable: name !== 'Id',
  externalId: name === 'Key__c',
  unique: name === 'Key__c',
  filterable: true,
  sortable: true,
  nillable: true,
}));

const CHILDREN = [{ relationshipName: 'Contacts', childSObject: 'Contact' }];

/** A service of which a test decides every answer: for what an honest organisation does not do. Unless told otherwise it logs in and describes. */
export class RawService {
  readonly requests: RawRequest[] = [];
  private sessions = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(behaviour: Behaviour): Promise<RawService> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const service = new RawService(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (incoming, response) => void service.answer(incoming, response, behaviour));
    return service;
  }

  /** Properties of a connection by user name. */
  properties(more: Readonly<Record<string, Json>> = {}): Record<string, Json> {
    return {
      url: `${this.url}/services/data/v64.0`,
      authenticationType: 'USER_CREDENTIALS',
      username: 'user@example.org',
      password: 'password',
      authenticationUrl: `${this.url}/services/Soap/u/64.0`,
      ...more,
    };
  }

  count(part: string): number {
    return this.requests.filter(({ path }) => path.includes(part)).length;
  }

  /** An answer to a login that gives a new session for data calls at `origin`. */
  loginAnswer(origin = this.url): RawAnswer {
    this.sessions += 1;
    return xml(
      `<E><Body><loginResponse><result><serverUrl>${origin}/services/Soap/u/64.0/00D</serverUrl><sessionId>00D!session-${this.sessions}</sessionId><userId>005</userId></result></loginResponse></Body></E>`,
    );
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse, behaviour: Behaviour): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body: Buffer.concat(pieces).toString() };
    this.requests.push(request);
    const told = await behaviour(request);
    const answer = told === 'default' ? this.defaultAnswer(path) : told;
    if (answer === undefined) {
      response.destroy();
      return;
    }
    const stated = { 'content-type': 'application/xml', ...answer.headers };
    if (answer.cut !== undefined) return sendCut(response, answer, stated, answer.cut);
    response.writeHead(answer.status, stated);
    response.end(answer.body ?? '');
  }

  private defaultAnswer(path: string): RawAnswer {
    if (path.startsWith('/services/Soap')) return this.loginAnswer();
    if (path.endsWith('/describe')) return json(describeOf(path.split('/').at(-2) ?? ''));
    if (path === '/services/data') return json([{ version: '64.0' }]);
    return { status: 404 };
  }
}

export function xml(body: string | Uint8Array, status = 200): RawAnswer {
  return { status, body };
}

export function json(value: Json, status = 200): RawAnswer {
  return { status, body: JSON.stringify(value), headers: { 'content-type': 'application/json' } };
}

async function sendCut(
  response: ServerResponse,
  { status, body = '' }: RawAnswer,
  headers: Readonly<Record<string, string>>,
  { atByte, framing }: { readonly atByte: number; readonly framing: Framing },
): Promise<void> {
  const bytes = Buffer.from(body);
  response.useChunkedEncodingByDefault = framing === 'chunked';
  response.shouldKeepAlive = framing !== 'close';
  response.writeHead(status, { ...headers, ...(framing === 'content-length' && { 'content-length': bytes.length }) });
  response.flushHeaders();
  if (atByte > 0) await new Promise((resolve) => response.write(bytes.subarray(0, atByte), resolve));
  response.socket?.end();
}

/** The refusal of a session. */
export const SESSION_REFUSED: RawAnswer = json([{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired' }], 401);

function describeOf(name: string): Json {
  return {
    name,
    queryable: true,
    createable: true,
    updateable: true,
    deletable: true,
    fields: FIELDS,
    childRelationships: CHILDREN,
  };
}
