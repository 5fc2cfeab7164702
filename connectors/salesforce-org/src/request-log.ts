import type { IncomingHttpHeaders } from 'node:http';

/** What a request is for; faults and counts go by it. */
export type RequestKind =
  | 'login'
  | 'logout'
  | 'authorize'
  | 'token'
  | 'revoke'
  | 'userinfo'
  | 'identity'
  | 'versions'
  | 'resources'
  | 'limits'
  | 'objects'
  | 'basic'
  | 'describe'
  | 'query'
  | 'nextPage'
  | 'create'
  | 'retrieve'
  | 'update'
  | 'upsert'
  | 'delete'
  | 'batch'
  | 'jobCreate'
  | 'jobUpload'
  | 'jobChange'
  | 'jobStatus'
  | 'jobResults'
  | 'jobDelete'
  | 'jobList'
  | 'createCollection'
  | 'retrieveCollection'
  | 'updateCollection'
  | 'upsertCollection'
  | 'deleteCollection'
  | 'tree'
  | 'other';

/** A request that the org received. */
export interface LoggedRequest {
  /** 1 for the first request. */
  readonly sequence: number;
  readonly kind: RequestKind;
  readonly method: string;
  /** Path with query, as sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Bytes of the body as they came over the wire. */
  readonly bodyBytes: number;
  /** Only with `keepBodies`. */
  readonly body?: string;
}

const KEPT = 10_000;

/** The requests that an org received: all counted by kind, the last 10,000 kept. */
export class RequestLog {
  readonly #kept: LoggedRequest[] = [];
  readonly #counts = new Map<RequestKind, number>();
  #total = 0;

  /** The requests kept, oldest first. */
  get entries(): readonly LoggedRequest[] {
    return this.#kept;
  }

  get total(): number {
    return this.#total;
  }

  /** How many requests of a kind there were. */
  count(kind: RequestKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** Every kind that occurred, with its count. */
  counts(): Readonly<Partial<Record<RequestKind, number>>> {
    return Object.fromEntries(this.#counts);
  }

  add(request: Omit<LoggedRequest, 'sequence'>): LoggedRequest {
    const entry = { sequence: ++this.#total, ...request };
    this.#counts.set(entry.kind, this.count(entry.kind) + 1);
    this.#kept.push(entry);
    if (this.#kept.length >= 2 * KEPT) this.#kept.splice(0, KEPT);
    return entry;
  }

  /** Forgets all entries and counts; numbering goes on. */
  clear(): void {
    this.#kept.length = 0;
    this.#counts.clear();
  }
}
