import {
  type CallContext,
  CONNECTION_PROPERTIES,
  type Connection,
  HTTP_CLIENT,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
  inject,
  injectable,
  type Secret,
  type TestFinding,
} from '@connector-runtime/core';

const MAX_REFUSAL_BYTES = 10_000;

/** A configured link to the service. Operations inject it and send their requests through it. */
@injectable()
export class ServiceConnection implements Connection {
  constructor(
    @inject(HTTP_CLIENT) private readonly http: HttpClient,
    @inject(CONNECTION_PROPERTIES) private readonly properties: { readonly url: string; readonly apiKey: Secret },
  ) {}

  /** Called at first use: a wrong key is known before any document is taken. */
  async open(context: CallContext): Promise<void> {
    await this.send({ method: 'GET', path: '/me', effect: 'none' }, context);
  }

  /** For the button "Test connection": looks, and changes nothing. */
  async test(context: CallContext): Promise<readonly TestFinding[]> {
    const startedMs = context.clock.now();
    await this.open(context);
    return [{ name: 'account', ok: true, tookMs: context.clock.now() - startedMs }];
  }

  async close(): Promise<void> {
    // Nothing is held: sockets are the host's.
  }

  /**
   * Resolves with an answer of success; all else is thrown as an error that knows its category and effect.
   * Never repeat by yourself: the host does where `effect` allows it, a `none` always, a `once` only if it never arrived.
   */
  send(
    { method, path, effect, body }: Pick<HttpRequest, 'method' | 'effect'> & { path: string; body?: string },
    context: CallContext,
  ): Promise<HttpResponse> {
    return this.http.send(
      {
        method,
        url: `${this.properties.url}${path}`,
        headers: { 'x-api-key': this.properties.apiKey.reveal(), 'content-type': 'application/json' },
        effect,
        ...(body === undefined ? {} : { body }),
        // Asked of every answer that is no success: adds to the error what only this service says.
        judge: async (answer) => ({ service: { httpStatus: answer.status, ...(await codeIn(answer)) } }),
      },
      context,
    );
  }
}

/** The service's own name for what it refuses, which becomes the `code` of the result. A proxy's page has none. */
async function codeIn({ body }: HttpResponse): Promise<{ readonly code?: string }> {
  try {
    const { code } = (await body.json(MAX_REFUSAL_BYTES)) as { readonly code?: unknown };
    return typeof code === 'string' && /^[A-Z_]{1,50}$/.test(code) ? { code } : {};
  } catch {
    return {};
  }
}
