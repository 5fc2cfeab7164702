import { type Body, ConnectorError, errorInfoOf, type HttpRequest, isConnectorError } from '@connector-runtime/core';
import type { HttpAttempt } from './http-transport.js';

/** Up to here a repeatable body is sent in one piece, which is far cheaper than as a stream. */
const ONE_PIECE_BYTES = 64 * 1024;

/** A request's body over its attempts. */
export class RequestBody {
  private hasLeft = false;
  readonly stated: Body | undefined;

  constructor(private readonly body: HttpRequest['body']) {
    this.stated = isBody(body) ? body : undefined;
  }

  /** Whether a further attempt can send it. */
  get canSend(): boolean {
    return this.stated === undefined || this.stated.repeatable || !this.hasLeft;
  }

  /** What an attempt sends; its length goes into `headers` where it is known and a stream would hide it. */
  async ofAttempt(headers: Record<string, string>, signal: AbortSignal): Promise<HttpAttempt['body']> {
    const { stated } = this;
    if (stated === undefined) return this.body as Uint8Array | string | undefined;
    const { sizeBytes, repeatable } = stated;
    if (repeatable && sizeBytes !== undefined && sizeBytes <= ONE_PIECE_BYTES) return stated.bytes(ONE_PIECE_BYTES);
    if (sizeBytes !== undefined) headers['content-length'] = String(sizeBytes);
    return this.pieces(stated, signal);
  }

  private async *pieces(body: Body, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    this.hasLeft = true;
    try {
      yield* body.open(signal);
    } catch (thrown) {
      // Told apart from what breaks on the wire.
      throw isConnectorError(thrown) ? thrown : new ConnectorError(errorInfoOf(thrown, 'none'), { cause: thrown });
    }
  }
}

function isBody(body: HttpRequest['body']): body is Body {
  return typeof body === 'object' && !ArrayBuffer.isView(body);
}
