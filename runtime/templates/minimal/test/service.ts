import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { LedgerEntry } from '@connector-runtime/conformance-tests';
import type { Json } from '@connector-runtime/core';

const PAGE_ROWS = 10;

type Note = Readonly<Record<string, Json>>;

/**
 * Your service in this process, as far as the plugin uses it: real HTTP on loopback, so that tests need no network and no account.
 * It is only worth as much as it is true to the real one. Above all the ledger: it says what was really applied, whatever the answers said.
 */
export class LocalService {
  /** Of its own for each service. */
  apiKey: string;
  readonly ledger: LedgerEntry[] = [];
  private readonly notes: Note[] = [];
  private readonly server: Server;

  private constructor(seed: number) {
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

  /** Puts a note there by itself: what is there before a test begins stands in no ledger. */
  seedNote(note: Note): void {
    this.notes.push(note);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = this.answerTo(request, await text(request));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  private answerTo({ method, url = '/', headers }: IncomingMessage, body: string): Answer {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (headers['x-api-key'] !== this.apiKey) return { status: 401, body: { code: 'KEY_REFUSED' } };
    if (pathname === '/me') return { status: 200, body: { account: 'local' } };
    if (method === 'POST') return this.create(body);
    return this.pageOfNotes(Number(searchParams.get('page')));
  }

  /** A page may be empty (the second) without being the last. */
  private pageOfNotes(page: number): Answer {
    const from = (page > 2 ? page - 2 : page - 1) * PAGE_ROWS;
    const to = page === 2 ? from : from + PAGE_ROWS;
    const notes = this.notes.slice(from, to);
    return { status: 200, body: { notes, ...(to < this.notes.length ? { next: page + 1 } : {}) } };
  }

  private create(body: string): Answer {
    const note = parsed(body);
    if (note === undefined) return { status: 400, body: { code: 'NOT_A_NOTE' } };
    if (note.title === 'refused') return { status: 422, body: { code: 'TITLE_REFUSED' } };
    this.notes.push(note);
    this.ledger.push({
      key: String(note.title),
      action: 'create',
      data: parsed(withExactNumbers(body)) ?? {},
      times: 1,
    });
    return { status: 201, body: { id: this.notes.length } };
  }
}

interface Answer {
  readonly status: number;
  readonly body: Json;
}

function parsed(json: string): Note | undefined {
  try {
    const value = JSON.parse(json) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Note) : undefined;
  } catch {
    return undefined;
  }
}

/** With numbers as the text that they were: so the ledger tells every digit that arrived. */
function withExactNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]+|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}
