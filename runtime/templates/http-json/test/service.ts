import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { LedgerEntry } from '@connector-runtime/conformance-tests';
import type { Json } from '@connector-runtime/core';

const PAGE_ROWS = 10;
const PAGE_TYPES = 100;

type Fields = Readonly<Record<string, Json>>;

/**
 * Your service in this process, as far as the plugin uses it: real HTTP on loopback, so that tests need no network and no account.
 * It is only worth as much as it is true to the real one. Above all the ledger: it says what was really applied, whatever the answers said.
 */
export class LocalService {
  /** What a client logs in with. Of its own for each service, as the tokens are. */
  apiKey: string;
  typeCount = 1;
  readonly ledger: LedgerEntry[] = [];
  private readonly records: Fields[] = [];
  private readonly tokens = new Set<string>();
  private tokensGiven = 0;
  private readonly server: Server;

  private constructor(private readonly seed: number) {
    this.apiKey = `key-${seed}`;
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
  }

  static async start(seed: number): Promise<LocalService> {
    const service = new LocalService(seed);
    // Rejects where the port cannot be had.
    await once(service.server.listen(0, '127.0.0.1'), 'listening');
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  /** Every token given so far is worth nothing any more. */
  expireTokens(): void {
    this.tokens.clear();
  }

  /** Puts a record there by itself: what is there before a test begins stands in no ledger. */
  seedRecord(fields: Fields): void {
    this.records.push(fields);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = this.answerTo(request, await text(request));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  private answerTo({ method, url = '/', headers }: IncomingMessage, body: string): Answer {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const [room, id] = pathname.split('/').slice(1).map(decodeURIComponent);
    if (room === 'session') return this.tokenFor(body);
    if (!this.tokens.has(headers.authorization?.slice('Bearer '.length) ?? ''))
      return { status: 401, body: { code: 'TOKEN_EXPIRED' } };
    if (room === 'me') return { status: 200, body: { account: 'local' } };
    if (room === 'types' && id === undefined) return this.pageOfTypes(searchParams);
    if (!this.typeIds().includes(id ?? '')) return { status: 404, body: { code: 'TYPE_UNKNOWN' } };
    if (room === 'types') return { status: 200, body: { fields: FIELDS } };
    if (room !== 'records') return { status: 404, body: { code: 'ADDRESS_UNKNOWN' } };
    if (method === 'GET') return this.pageOfRecords(searchParams);
    return method === 'POST' ? this.create(body) : { status: 405, body: { code: 'METHOD_UNKNOWN' } };
  }

  private tokenFor(body: string): Answer {
    const { apiKey } = JSON.parse(body) as { readonly apiKey?: string };
    if (apiKey !== this.apiKey) return { status: 401, body: { code: 'KEY_REFUSED' } };
    this.tokensGiven += 1;
    const token = `token-${this.seed}-${this.tokensGiven}`;
    this.tokens.add(token);
    return { status: 200, body: { token } };
  }

  private typeIds(): readonly string[] {
    return Array.from({ length: this.typeCount }, (_, index) => (index === 0 ? 'contact' : `custom-${index}`));
  }

  private pageOfTypes(query: URLSearchParams): Answer {
    const all = this.typeIds().filter((id) => id.includes(query.get('search') ?? ''));
    const from = Number(query.get('cursor') ?? 0);
    const to = from + PAGE_TYPES;
    const types = all.slice(from, to).map((id) => ({ id, label: id, custom: id !== 'contact' }));
    return { status: 200, body: { types, ...(to < all.length ? { next: String(to) } : {}) } };
  }

  /** A cursor may hold characters that mean something else in an address, and a page may be shorter than others, or empty (the third), without being the last. */
  private pageOfRecords(query: URLSearchParams): Answer {
    const cursor = /^(\d+)\+(\d+)\/=$/.exec(query.get('cursor') ?? '1+0/=');
    if (cursor === null) return { status: 400, body: { code: 'CURSOR_INVALID' } };
    const page = Number(cursor[1]);
    const from = Number(cursor[2]);
    const to = page === 3 ? from : from + PAGE_ROWS - (from % 3);
    const records = this.records.slice(from, to);
    return { status: 200, body: { records, ...(to < this.records.length ? { next: `${page + 1}+${to}/=` } : {}) } };
  }

  /** Each record by itself, and the refused ones first: results are told by their `ref`. */
  private create(body: string): Answer {
    const { records } = JSON.parse(body) as BatchOfRecords;
    const exact = parseExactly(body) as unknown as BatchOfRecords;
    const results = records.map(({ ref, record }, index) => {
      if (record.email === 'refused') return { ref, status: 422, code: 'EMAIL_INVALID' };
      this.records.push(record);
      const data = exact.records[index]?.record ?? {};
      this.ledger.push({ key: String(record.name), action: 'create', data, times: 1 });
      return { ref, status: 201 };
    });
    return { status: 200, body: { results: results.sort((a, b) => b.status - a.status) } };
  }
}

interface Answer {
  readonly status: number;
  readonly body: Json;
}

interface BatchOfRecords {
  readonly records: readonly { readonly ref: string; readonly record: Fields }[];
}

const FIELDS: Json = [
  { name: 'name', type: 'text', required: true },
  { name: 'email', type: 'text', required: false },
  { name: 'note', type: 'text', required: false },
  { name: 'born', type: 'text', required: false },
  { name: 'balance', type: 'number', required: false },
];

/** With numbers as the text that they were: so the ledger tells every digit that arrived. */
function parseExactly(json: string): Json {
  return JSON.parse(
    json.replace(/"(?:[^"\\]+|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
      token.startsWith('"') ? token : `"${token}"`,
    ),
  ) as Json;
}
