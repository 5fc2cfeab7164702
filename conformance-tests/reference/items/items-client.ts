import {
  type Body,
  type CallContext,
  CONNECTION_PROPERTIES,
  type ErrorInfo,
  HTTP_CLIENT,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  inject,
  injectable,
  type Properties,
} from '@connector-runtime/core';
import { codeOf } from './items-refusal.js';
import { ItemsSession } from './items-session.js';

/** A request to the service, below its address. */
export interface ItemsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly effect: HttpRequest['effect'];
  readonly body?: string | Body;
  readonly step: string;
  /** Of one attempt, milliseconds. */
  readonly timeoutMs?: number;
  /** How far the answer is read before it is given. */
  readonly answer?: HttpRequest['answer'];
}

/** Puts the session on every attempt, renews it once, and names the service's refusals. */
@injectable()
export class ItemsClient {
  constructor(
    @inject(HTTP_CLIENT) protected readonly http: HttpClient,
    @inject(CONNECTION_PROPERTIES) protected readonly properties: Properties,
    @inject(ItemsSession) protected readonly session: ItemsSession,
  ) {}

  send(
    { method, path, effect, body, step, timeoutMs, answer }: ItemsRequest,
    context: CallContext,
  ): Promise<HttpResponse> {
    let used = '';
    let renewals = 0;
    return this.http.send(
      {
        method,
        url: `${String(this.properties['url'])}${path}`,
        headers: () => {
          used = this.token();
          return { authorization: `Bearer ${used}` };
        },
        effect,
        ...(body === undefined ? {} : { body }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(answer === undefined ? {} : { answer }),
        judge: async (answered) => {
          if (answered.status === 401 && renewals < 1) {
            renewals += 1;
            const retryable = await this.renewed(used, step, context);
            return { category: 'auth', code: 'ITEMS_TOKEN_EXPIRED', retryable, effect: 'none', step };
          }
          return this.refusal(answered, step);
        },
      },
      context,
    );
  }

  protected token(): string {
    return this.session.accessToken;
  }

  /** True once there is a token that was not refused. */
  protected async renewed(used: string, _step: string, context: CallContext): Promise<boolean> {
    await this.session.renew(used, context);
    return true;
  }

  /** A delete that finds nothing is done if an attempt before it may have been. */
  protected async refusal(answer: HttpResponse, step: string): Promise<'accept' | Partial<ErrorInfo>> {
    if (answer.status === 404 && step === 'delete' && answer.earlier === 'unknown') return 'accept';
    const code = await codeIn(answer);
    return code === undefined
      ? { step }
      : { code: `ITEMS_${code}`, step, service: { httpStatus: answer.status, code } };
  }
}

async function codeIn(answer: HttpResponse): Promise<string | undefined> {
  if (answer.headers['content-type'] !== 'application/json') return undefined;
  try {
    const { code } = (await answer.body.json(10_000)) as { readonly code?: unknown };
    return codeOf(code);
  } catch {
    return undefined;
  }
}
