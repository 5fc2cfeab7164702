import {
  AttemptLost,
  type HttpAnswer,
  type HttpAttempt,
  type HttpPool,
  type HttpTransport,
  undiciTransport,
} from '@connector-runtime/runtime';
import type { SeenRequest } from '../subject.js';

/** What the lent transport does to a request: `refuse` does not send it, `lose` sends it and loses the answer. */
export type FaultKind = 'refuse' | 'lose';

/** Does the fault meet this request? Asked once for each. */
export type FaultAim = (request: SeenRequest) => boolean;

/** The transport that the suite lends a plugin's runtime: sends for real, keeps every request, and brings faults about where aimed. */
export class LentTransport implements HttpTransport {
  readonly requests: SeenRequest[] = [];
  private readonly inner = undiciTransport();
  private readonly faults: { readonly kind: FaultKind; readonly aim: FaultAim }[] = [];

  readonly givesEncoded = this.inner.givesEncoded;

  addFault(kind: FaultKind, aim: FaultAim): void {
    this.faults.push({ kind, aim });
  }

  open(settings: Parameters<HttpTransport['open']>[0]): HttpPool {
    const pool = this.inner.open(settings);
    return { send: (attempt, signal) => this.send(pool, attempt, signal), close: () => pool.close() };
  }

  private async send(pool: HttpPool, attempt: HttpAttempt, signal: AbortSignal): Promise<HttpAnswer> {
    const body = await bytesOf(attempt.body);
    const seen = { method: attempt.method, path: `${attempt.url.pathname}${attempt.url.search}`, body };
    this.requests.push(seen);
    const fault = this.faults.find(({ aim }) => aim(seen));
    if (fault?.kind === 'refuse')
      throw new AttemptLost({ sent: false, answered: false }, connectionError('ECONNREFUSED'));
    const answer = await pool.send({ ...attempt, ...(attempt.body === undefined ? {} : { body }) }, signal);
    if (fault?.kind === 'lose') {
      // Read to its end: the service has applied the request by then.
      for await (const _ of answer.body);
      throw new AttemptLost({ sent: true, answered: false }, connectionError('ECONNRESET'));
    }
    return answer;
  }
}

function connectionError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

async function bytesOf(body: HttpAttempt['body']): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}
