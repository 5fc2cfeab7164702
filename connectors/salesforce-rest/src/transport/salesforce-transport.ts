import {
  type CallContext,
  ConnectorError,
  type ErrorInfo,
  HTTP_CLIENT,
  type HttpClient,
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
  inject,
  injectable,
  isConnectorError,
  type Json,
} from '@connector-runtime/core';
import { foreignEncoding } from './answer-encoding.js';
import { ApiUsage } from './api-usage.js';
import {
  type ErrorAnswer,
  errorOf,
  isHtml,
  ListedErrors,
  readErrorAnswer,
  refusesSession,
  type ServiceError,
} from './error-answer.js';
import { ACCEPT_JSON } from './headers.js';
import { plainText } from './plain-text.js';
import { protocolError, withStep } from './refusals.js';
import { SESSION_SOURCE, type Session, type SessionSource } from './session-source.js';
import { isStaleHost } from './stale-host.js';

const MAX_READ_BYTES = 256 * 1024 * 1024;
/** The answer to a write is an id and a yes or no. */
const MAX_WRITTEN_BYTES = 1024 * 1024;

const BEGINNINGS = { XML: /^\s*</, JSON: /^\s*[[{]/ } as const;

/** A request to the service, as an operation states it. */
export interface ServiceRequest {
  /** What is being done, for errors: "create". */
  readonly step: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the connection's base; one that begins with `/services/` is taken from the origin. */
  readonly path: string;
  readonly headers: HttpHeaders;
  readonly body?: HttpRequest['body'];
  readonly effect: HttpRequest['effect'];
  /** How far the answer is read before it is handed over; whole where absent. */
  readonly answer?: HttpRequest['answer'];
  /** Of the answer; 1 MiB for a write where absent. */
  readonly maxAnswerBytes?: number;
  /** May a refusal be taken for an answer? */
  accepts?(answer: ErrorAnswer, response: HttpResponse): boolean;
}

/**
 * Sends requests to the service: puts the session on before each attempt, has it renewed once where it is refused, and says what a refusal means.
 * One per connection. Everything that it throws is a `ConnectorError` with the request's step.
 */
@injectable()
export class SalesforceTransport {
  constructor(
    @inject(HTTP_CLIENT) private readonly http: HttpClient,
    @inject(SESSION_SOURCE) private readonly sessions: SessionSource,
    @inject(ApiUsage) private readonly usage: ApiUsage,
  ) {}

  /** Resolves with a 2xx or accepted answer. */
  async send(request: ServiceRequest, context: CallContext): Promise<HttpResponse> {
    try {
      const session = await this.sessions.current(context);
      const attempts = new Attempts(request, session, this.sessions, this.usage, context);
      try {
        return await this.sendAll(attempts, context);
      } catch (error) {
        const moved = attempts.movedTo ?? (await this.movedFrom(session, error, context));
        if (moved === undefined) throw error;
        const before = isConnectorError(error) ? error.info.effect : 'none';
        return await this.sendAll(new Attempts(request, moved, this.sessions, this.usage, context, before), context);
      }
    } catch (error) {
      throw withStep(error, request.step);
    }
  }

  /** The session to go on with, where the host of a stored one proves out of date. */
  private async movedFrom(session: Session, error: unknown, context: CallContext): Promise<Session | undefined> {
    if (!session.isStored || !isStaleHost(error)) return undefined;
    const renewed = await this.sessions.renew(session, context);
    return renewed.origin === session.origin ? undefined : renewed;
  }

  /** Answer or error of these attempts, as one of the attempts before them too. */
  private async sendAll(attempts: Attempts, context: CallContext): Promise<HttpResponse> {
    try {
      const response = await this.http.send(attempts.httpRequest(), context);
      this.usage.note(response.headers, context);
      return attempts.withEarlier(response);
    } catch (error) {
      if (!isConnectorError(error)) throw error;
      const info = attempts.before === 'unknown' ? { ...error.info, effect: 'unknown' as const } : error.info;
      const { listed } = attempts;
      throw new ConnectorError(info, { cause: listed.length > 0 ? new ListedErrors(listed) : error.cause });
    }
  }

  /** The answer's text, where text of that form is due. A page for people instead is a `protocol` error, and after a write nobody knows what it did. */
  async sendForText(
    request: ServiceRequest,
    form: 'XML' | 'JSON',
    context: CallContext,
  ): Promise<{ response: HttpResponse; text: string }> {
    const response = await this.send(request, context);
    const text = await readText(response, request);
    const isDue = text.trim() === '' ? response.status === 204 : BEGINNINGS[form].test(text) && !isHtml(response, text);
    if (response.status < 300 && !isDue) throw notWhatWasAsked(form, response, text, request);
    return { response, text };
  }

  /** Reads something by GET as JSON. */
  async getJson(path: string, step: string, context: CallContext): Promise<Json> {
    return this.sendForJson({ step, method: 'GET', path, headers: ACCEPT_JSON, effect: 'none' }, context);
  }

  /** The answer, where JSON is due. Anything else instead is a `protocol` error, and after a write nobody knows what it did. */
  async sendForJson(request: ServiceRequest, context: CallContext): Promise<Json> {
    const response = await this.send(request, context);
    const text = await readText(response, request);
    if (!/json/i.test(response.headers['content-type'] ?? '')) {
      throw notWhatWasAsked('JSON', response, text, request);
    }
    try {
      return JSON.parse(text) as Json;
    } catch (error) {
      throw unreadable('it is no JSON', request, error);
    }
  }

  /** The answer's bytes, where CSV is due: spooled, so that they can be read twice. Nothing at all is no row. */
  async sendForCsv(request: ServiceRequest, context: CallContext): Promise<HttpResponse> {
    const response = await this.send({ ...request, answer: 'spool' }, context);
    if (response.status !== 204 && !/\bcsv\b/i.test(response.headers['content-type'] ?? '')) {
      throw notWhatWasAsked('CSV', response, '', request);
    }
    return response;
  }

  /** A path below the base as one from the origin, in the spelling of {@link pathOf}. */
  async fullPath(path: string, context: CallContext): Promise<string> {
    const url = new URL(addressOf(await this.sessions.current(context), path));
    return url.pathname + url.search;
  }

  /** A path below the base as requests inside a batch name it: `v64.0/sobjects/…`. */
  async versionedPath(path: string, context: CallContext): Promise<string> {
    const { apiPath } = await this.sessions.current(context);
    return `${apiPath.replace('/services/data/', '')}${path}`;
  }

  /** The path of a follow-up address that an answer names, for a further request. One of another origin is refused: the session would go there. */
  async pathOf(address: string, context: CallContext): Promise<string> {
    const { origin } = await this.sessions.current(context);
    if (URL.canParse(address, origin)) {
      const url = new URL(address, origin);
      if (url.origin === origin && url.pathname.startsWith('/services/data/')) return url.pathname + url.search;
    }
    throw protocolError('CURSOR_FOREIGN', 'the service names a next page that is not at its own address', 'none');
  }
}

/** The attempts of one request at one origin: which session each used, and whether one was renewed already. */
class Attempts {
  /** Where the renewed session wants data calls to go, if that is elsewhere: the request then starts anew. */
  movedTo: Session | undefined;
  /** The errors of the last answer, if that was a refusal. */
  listed: readonly ServiceError[] = [];
  private hasRenewed: boolean;

  constructor(
    private readonly request: ServiceRequest,
    private session: Session,
    private readonly sessions: SessionSource,
    private readonly usage: ApiUsage,
    private readonly context: CallContext,
    /** What attempts at another origin may have done; absent where there were none. */
    readonly before?: 'none' | 'unknown',
  ) {
    this.hasRenewed = before !== undefined;
  }

  withEarlier(response: HttpResponse): HttpResponse {
    return this.before === 'unknown' ? { ...response, earlier: 'unknown' } : response;
  }

  httpRequest(): HttpRequest {
    const { request, context } = this;
    const { method, path, body, effect, answer } = request;
    const url = addressOf(this.session, path);
    return {
      method,
      url,
      effect,
      ...(body === undefined ? {} : { body }),
      ...(answer === undefined ? {} : { answer }),
      headers: async () => {
        this.listed = [];
        const session = await this.sessions.current(context);
        if (session.origin === this.session.origin) this.session = session;
        context.logger.debug(`${method} ${withoutQuery(url)}`);
        return { ...request.headers, authorization: `Bearer ${this.session.token.reveal()}` };
      },
      judge: (response) => this.judge(response),
    };
  }

  private async judge(response: HttpResponse): Promise<'accept' | Partial<ErrorInfo>> {
    this.usage.note(response.headers, this.context);
    const answer = await readErrorAnswer(response);
    this.listed = answer.errors;
    if (refusesSession(answer)) return this.renewed(answer);
    if (this.request.accepts?.(answer, this.withEarlier(response))) return 'accept';
    return errorOf(answer);
  }

  /** A refused session means that the request was not carried out: with a renewed one it may go again, whatever it does. */
  private async renewed(answer: ErrorAnswer): Promise<Partial<ErrorInfo>> {
    const refused = { ...errorOf(answer), category: 'auth', effect: 'none', retryable: false } as const;
    if (this.hasRenewed) return { ...refused, message: `${refused.message}; also with a renewed session` };
    this.hasRenewed = true;
    try {
      const renewed = await this.sessions.renew(this.session, this.context);
      if (renewed.origin !== this.session.origin) {
        this.movedTo = renewed;
        return refused;
      }
      return { ...refused, retryable: true };
    } catch (error) {
      if (isConnectorError(error)) return { ...error.info, effect: 'none', retryable: false };
      throw error;
    }
  }
}

function addressOf(session: Session, path: string): string {
  return path.startsWith('/services/') ? session.origin + path : session.origin + session.apiPath + path;
}

function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

/** What cannot be read as text is a `protocol` error, and after a write nobody knows what it did. */
async function readText(response: HttpResponse, request: ServiceRequest): Promise<string> {
  try {
    const maxBytes = request.maxAnswerBytes ?? (request.effect === 'none' ? MAX_READ_BYTES : MAX_WRITTEN_BYTES);
    const text = await response.body.text(maxBytes);
    const encoding = foreignEncoding(response, text);
    if (encoding === undefined) return text;
    throw protocolError('ANSWER_UNEXPECTED', `it is in ${plainText(encoding)}, not in UTF-8`, 'none');
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    throw unreadable(error.message, request, error);
  }
}

function unreadable(why: string, request: ServiceRequest, cause: unknown): unknown {
  const message = `the service's answer cannot be read: ${why}`;
  return withStep(protocolError('ANSWER_UNEXPECTED', message, effectOf(request), cause), request.step);
}

/** What a request may have done whose answer says nothing. */
function effectOf(request: ServiceRequest): 'none' | 'unknown' {
  return request.effect === 'none' ? 'none' : 'unknown';
}

function notWhatWasAsked(kind: string, response: HttpResponse, text: string, request: ServiceRequest): unknown {
  const seen = isHtml(response, text)
    ? 'an HTML page'
    : `something else (${response.headers['content-type'] ?? 'no content type'})`;
  const message = `the service answered status ${response.status} with ${seen} where ${kind} is due; is the url right?`;
  return withStep(protocolError('ANSWER_UNEXPECTED', message, effectOf(request)), request.step);
}
