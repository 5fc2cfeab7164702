import {
  type CallContext,
  CONNECTION_PROPERTIES,
  type ErrorInfo,
  HTTP_CLIENT,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  inject,
  injectable,
} from '@connector-runtime/core';
import { refusalOf } from './answers.js';
import type { ConnectionProperties } from './manifest.js';
import { Session } from './session.js';

/** A request to the service. `path` begins with a slash; what is data in it is encoded. */
export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** What it does to the service: the host repeats a `none`, never a `once` that may have arrived. */
  readonly effect: HttpRequest['effect'];
  readonly body?: string;
}

/** Puts the session on every request, renews it once when it has expired, and names the service's refusals. Never repeats by itself: that is the host's. */
@injectable()
export class Client {
  constructor(
    @inject(HTTP_CLIENT) private readonly http: HttpClient,
    @inject(CONNECTION_PROPERTIES) private readonly properties: ConnectionProperties,
    @inject(Session) private readonly session: Session,
  ) {}

  /** Resolves with an answer of success; all else is thrown as an error that knows its category and effect. */
  send({ method, path, effect, body }: ServiceRequest, context: CallContext): Promise<HttpResponse> {
    let token = '';
    let isRenewed = false;
    return this.http.send(
      {
        method,
        url: `${this.properties.url}${path}`,
        // A function is asked before each attempt, so that a repeat carries the new token.
        headers: async () => {
          token = await this.session.token(context);
          return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        },
        effect,
        ...(body === undefined ? {} : { body }),
        judge: async (answer): Promise<Partial<ErrorInfo>> => {
          if (answer.status !== 401 || isRenewed) return refusalOf(answer);
          isRenewed = true;
          await this.session.drop(token);
          return { retryable: true, effect: 'none' };
        },
      },
      context,
    );
  }
}
