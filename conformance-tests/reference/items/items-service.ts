import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LedgerEntry } from '@connector-runtime/conformance-tests';
import type { Json } from '@connector-runtime/core';

/** Of a page that is read. */
export const PAGE_ROWS = 10;
const PAGE_TYPES = 100;

interface Item {
  readonly key: string;
  readonly deleted?: boolean;
  /** As it came: numbers keep every digit. */
  readonly text: string;
}

/** A small service of items over HTTP, in this process: tokens that rotate, typed items, pages, batches, files. Keeps a ledger of what it applied. */
export class ItemsService {
  readonly ledger: LedgerEntry[] = [];
  /** What a client logs in with. */
  password: string;
  typeCount = 3;
  /** Jobs that are started never end. */
  areJobsStalled = false;
  private readonly access = new Set<string>();
  /** Each can be used once, for the next. */
  private readonly refresh = new Set<string>();
  private readonly polls = new Map<string, number>();
  private tokensGiven = 0;
  private readonly items = new Map<string, Item>();
  private readonly server: Server;

  private constructor(private readonly seed: number) {
    this.password = `password-${seed}`;
    this.server = createServer((request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(seed: number): Promise<ItemsService> {
    const service = new ItemsService(seed);
    await new Promise<void>((resolve) => service.server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  expireAccess(): void {
    this.access.clear();
  }

  /** From now on only this password logs in; refresh tokens given for another are worth nothing. */
  changePassword(password: string): void {
    this.password = password;
    this.refresh.clear();
  }

  /** Puts an item there without an entry in the ledger. */
  seedItem(key: string, text: string): void {
    this.items.set(key, { key, text });
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://items');
    const steps = url.pathname.split('/').slice(1).map(decodeURIComponent);
    const give = (status: number, body: string, type = 'application/json') => {
      response.writeHead(status, { 'content-type': type });
      response.end(body);
    };
    if (steps[0] === 'token') return this.giveToken(await textOf(request), give);
    if (!this.access.has(request.headers.authorization?.slice('Bearer '.length) ?? '')) {
      request.resume();
      return give(401, '{"code":"TOKEN_EXPIRED"}');
    }
    switch (steps[0]) {
      case 'me':
        return give(200, '{"name":"Items"}');
      case 'types':
        return steps.length === 1 ? this.giveTypes(url, give) : this.giveType(steps[1] ?? '', give);
      case 'jobs':
        return this.answerJob(request, steps, give);
      case 'files':
        return this.takeFile(request, steps[1] ?? '', give);
      case 'items':
        return steps.length === 2
          ? this.answerList(request, url, give)
          : this.answerItem(request, steps[2] ?? '', give);
      default:
        return give(404, '{"code":"NOT_FOUND"}');
    }
  }

  private giveToken(body: string, give: Give): void {
    const { password, refresh } = JSON.parse(body) as { password?: string; refresh?: string };
    if (password !== this.password && !this.refresh.delete(refresh ?? '')) {
      give(401, '{"code":"INVALID_GRANT"}');
      return;
    }
    this.tokensGiven += 1;
    const next = {
      access: `access-${this.seed}-${this.tokensGiven}`,
      refresh: `refresh-${this.seed}-${this.tokensGiven}`,
    };
    this.access.add(next.access);
    this.refresh.add(next.refresh);
    give(200, JSON.stringify(next));
  }

  private giveTypes(url: URL, give: Give): void {
    const search = url.searchParams.get('search') ?? '';
    const all = Array.from({ length: this.typeCount }, (_, index) => (index === 0 ? 'thing' : `thing-${index}`)).filter(
      (id) => id.includes(search),
    );
    const from = Number(url.searchParams.get('from') ?? 0);
    const types = all.slice(from, from + PAGE_TYPES).map((id) => ({ id, label: id, custom: id !== 'thing' }));
    const next = from + PAGE_TYPES < all.length ? from + PAGE_TYPES : undefined;
    give(200, JSON.stringify({ types, next }));
  }

  private giveType(id: string, give: Give): void {
    if (id !== 'thing' && !/^thing-\d+$/.test(id)) {
      give(404, '{"code":"TYPE_UNKNOWN"}');
      return;
    }
    const fields = [
      { name: 'key', type: 'text', required: true },
      { name: 'text', type: 'text', required: false },
      { name: 'number', type: 'number', required: false },
      { name: 'date', type: 'text', required: false },
      { name: 'note', type: 'text', required: false },
      { name: 'a<b & "c"', type: 'text', required: false },
      { name: 'parent', type: 'reference', required: false, refersTo: id },
    ];
    give(200, JSON.stringify({ id, fields }));
  }

  /** A job that exports: started, asked for twice before it is done, then its rows; ended by a DELETE. */
  private answerJob(request: IncomingMessage, [, id = '', part]: readonly string[], give: Give): void {
    request.resume();
    if (request.method === 'POST') {
      const started = `job-${this.polls.size + 1}`;
      this.polls.set(started, 0);
      give(201, JSON.stringify({ id: started }));
      return;
    }
    const polls = this.polls.get(id);
    if (polls === undefined) give(404, '{"code":"JOB_UNKNOWN"}');
    else if (request.method === 'DELETE') {
      this.polls.delete(id);
      give(200, '{}');
    } else if (part === 'rows') {
      const texts = [...this.items.values()].map(({ text }) => text);
      give(200, `${[JSON.stringify({ count: texts.length }), ...texts].join('\n')}\n`, 'application/x-ndjson');
    } else {
      this.polls.set(id, polls + 1);
      give(200, JSON.stringify({ state: polls >= 2 && !this.areJobsStalled ? 'done' : 'running' }));
    }
  }

  private async takeFile(request: IncomingMessage, name: string, give: Give): Promise<void> {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of request as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
    }
    this.apply(name, 'create', { bytes, sha256: hash.digest('hex') });
    give(201, '{}');
  }

  /** A list of items is lines: the first says what the others are, each of those is an item. */
  private async answerList(request: IncomingMessage, url: URL, give: Give): Promise<void> {
    if (request.method === 'GET') {
      const from = Number(url.searchParams.get('from') ?? 0);
      const all = [...this.items.values()].filter(({ deleted }) => deleted !== true);
      const page = all.slice(from, from + PAGE_ROWS);
      const next = from + PAGE_ROWS < all.length ? from + PAGE_ROWS : undefined;
      return give(
        200,
        `${[JSON.stringify({ count: page.length, next }), ...page.map(({ text }) => text)].join('\n')}\n`,
        'application/x-ndjson',
      );
    }
    const [head, ...lines] = (await textOf(request)).split('\n').filter((line) => line !== '');
    const { atomic, tag } = JSON.parse(head ?? '{}') as { atomic?: boolean; tag?: string };
    const codes = lines.map((line) => this.codeFor(line));
    const isRefused = atomic === true && codes.some((code) => code !== '201');
    const results = lines.map((line, index) => {
      const code = codes[index] ?? '';
      if (code !== '201') return { ok: false, code };
      if (isRefused) return { ok: false, code: 'ROLLED_BACK' };
      this.put('create', line, tag);
      return { ok: true, code };
    });
    give(200, JSON.stringify(results));
  }

  private async answerItem(request: IncomingMessage, key: string, give: Give): Promise<void> {
    const body = await textOf(request);
    const item = this.items.get(key);
    if (request.method === 'PUT') {
      if (this.codeFor(body) === 'FORBIDDEN') return give(422, '{"code":"FORBIDDEN"}');
      this.put('upsert', body);
      return give(item === undefined ? 201 : 200, '{}');
    }
    if (item === undefined) return give(404, '{"code":"ITEM_UNKNOWN"}');
    switch (request.method) {
      case 'GET':
        return give(200, item.text);
      case 'PATCH':
        if (this.codeFor(body) === 'FORBIDDEN') return give(422, '{"code":"FORBIDDEN"}');
        this.items.set(key, { key, text: JSON.stringify({ ...parsed(item.text), ...parsed(body) }) });
        this.apply(key, 'update', parsed(body));
        return give(200, '{}');
      default:
        this.items.delete(key);
        this.apply(key, 'delete', {});
        return give(200, '{}');
    }
  }

  private codeFor(text: string): string {
    const { key, text: words } = parsed(text);
    if (words === 'forbidden') return 'FORBIDDEN';
    return typeof key === 'string' && this.items.has(key) ? 'DUPLICATE_KEY' : '201';
  }

  private put(action: string, text: string, tag?: string): void {
    const data = parsed(text);
    const key = String(data['key']);
    this.items.set(key, { key, text });
    this.apply(key, action, tag === undefined ? data : { ...data, tag });
  }

  private apply(key: string, action: string, data: Json): void {
    this.ledger.push({ key, action, data, times: 1 });
  }
}

type Give = (status: number, body: string, type?: string) => void;

/** A number stays the text that it was, for the ledger tells what arrived. */
function parsed(text: string): Record<string, Json> {
  const value = JSON.parse(text) as Record<string, Json>;
  const number = /"number"\s*:\s*(-?[0-9][^,}\s]*)/.exec(text)?.[1];
  return number === undefined ? value : { ...value, number };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
