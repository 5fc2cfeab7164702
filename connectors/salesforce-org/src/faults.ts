import type { LoggedRequest, RequestKind } from './request-log.js';

/** Which requests a fault meets; all that are given must fit. */
export interface FaultMatch {
  readonly kind?: RequestKind | readonly RequestKind[];
  readonly method?: string;
  /** Part of the path with query, as sent. */
  readonly path?: string;
  /** Any other condition; not over HTTP. */
  readonly where?: (request: LoggedRequest) => boolean;
  /** The first matching request that it acts on; 1 where absent. */
  readonly nth?: number;
  /** On how many it acts from there; 1 where absent, `Infinity` (over HTTP: 0) for all. */
  readonly times?: number;
}

/** What happens to such a request. */
export type FaultAction =
  /** Not handled; this answer instead. */
  | {
      readonly action: 'answer';
      readonly status: number;
      readonly body?: string;
      readonly contentType?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Not handled; an error in the format of the request, such as 403 `REQUEST_LIMIT_EXCEEDED`. */
  | {
      readonly action: 'error';
      readonly status: number;
      readonly errorCode: string;
      readonly message: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Not handled; a redirect, 302 where no status is given. */
  | { readonly action: 'redirect'; readonly location: string; readonly status?: number }
  /** Not handled; the connection is closed. */
  | { readonly action: 'refuse' }
  /** Every session ends just before it is handled: 401 for a data request. */
  | { readonly action: 'expireSessions' }
  /** Handled and applied; the connection is closed without an answer. */
  | { readonly action: 'lose' }
  /** Handled; the answer's body breaks off after so many bytes (from its end where negative) and the connection is closed. */
  | { readonly action: 'cut'; readonly atByte: number; readonly framing?: 'chunked' | 'content-length' }
  /** Handled; the answer is complete HTTP but its gzip body breaks off in the middle. */
  | { readonly action: 'truncateGzip' }
  /** Handled; the body is other text (bytes of no meaning where absent) under the answer's own status and headers. */
  | { readonly action: 'garbage'; readonly body?: string }
  /** Handled; of the results that the answer lists (collections, tree) one is in another place, missing, or there twice: the one `at` this index, from the end where negative, else the first. Other answers stay. */
  | { readonly action: 'permuteResults' | 'dropResult' | 'repeatResult'; readonly at?: number }
  /** Handled; the body comes in pieces with a pause before each. */
  | { readonly action: 'slow'; readonly pieceBytes: number; readonly pauseMs: number }
  /** Never answered; handled first where `handled` says so. */
  | { readonly action: 'hang'; readonly handled?: boolean }
  /** Waits for `release()`: before it is handled, with `handled` after, with `atByte` after so many bytes of its answer's body. Then goes on as usual. */
  | { readonly action: 'hold'; readonly handled?: boolean; readonly atByte?: number };

/** On which requests a fault acts, and what it does to them. */
export type FaultSpec = FaultMatch & FaultAction;

/** A planted fault. */
export class Fault {
  #matched = 0;
  #acted = 0;
  #isReleased = false;
  #watchers: (() => void)[] = [];
  #held: (() => void)[] = [];

  constructor(
    readonly id: number,
    readonly spec: FaultSpec,
  ) {}

  /** Requests that it acted on so far. */
  get acted(): number {
    return this.#acted;
  }

  /** Resolves when it has acted on so many requests. */
  async reached(count = 1): Promise<void> {
    while (this.#acted < count) await this.#changed();
  }

  /** Resolves when so many requests wait for the release: what happens before that has happened. */
  async holding(count = 1): Promise<void> {
    while (this.#held.length < count) await this.#changed();
  }

  /** Lets every held request go on, and those to come. */
  release(): void {
    this.#isReleased = true;
    for (const resume of this.#held.splice(0)) resume();
  }

  /** Waits for the release; for the server. */
  async held(): Promise<void> {
    if (this.#isReleased) return;
    const released = new Promise<void>((resolve) => this.#held.push(resolve));
    this.#tell();
    await released;
  }

  /** Counts a request and tells whether this acts on it; for the server. */
  take(request: LoggedRequest): boolean {
    const { kind, method, path, where, nth = 1, times = 1 } = this.spec;
    const kinds = kind === undefined ? undefined : [kind].flat();
    if (kinds !== undefined && !kinds.includes(request.kind)) return false;
    if (method !== undefined && method !== request.method) return false;
    if (path !== undefined && !request.path.includes(path)) return false;
    if (where !== undefined && !where(request)) return false;
    this.#matched++;
    if (this.#matched < nth || (times > 0 && this.#acted >= times)) return false;
    this.#acted++;
    this.#tell();
    return true;
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  #tell(): void {
    for (const watcher of this.#watchers.splice(0)) watcher();
  }
}

/** The faults of an org. The first planted that fits a request acts on it. */
export class Faults {
  #planted: Fault[] = [];
  #made = 0;

  /** Plants a fault. `faults.add({ kind: 'create', nth: 3, action: 'lose' })` applies the third create and loses its answer. */
  add(spec: FaultSpec): Fault {
    const fault = new Fault(++this.#made, spec);
    this.#planted.push(fault);
    return fault;
  }

  find(id: number): Fault | undefined {
    return this.#planted.find((fault) => fault.id === id);
  }

  /** Removes one fault, or all; what they hold goes on. */
  remove(fault?: Fault): void {
    const removed = this.#planted.filter((planted) => fault === undefined || planted === fault);
    this.#planted = this.#planted.filter((planted) => !removed.includes(planted));
    for (const planted of removed) planted.release();
  }

  /** The fault that acts on a request; for the server. */
  take(request: LoggedRequest): Fault | undefined {
    return this.#planted.find((fault) => fault.take(request));
  }
}
