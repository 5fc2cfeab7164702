import type { Readable } from 'node:stream';
import * as tls from 'node:tls';
import { types } from 'node:util';
import type { HttpHeaders } from '@connector-runtime/core';
import type { Agent, buildConnector, Dispatcher } from 'undici';
import { AnswerQueue } from './answer-queue.js';
import {
  AttemptEnded,
  AttemptLost,
  BODY_IDLE_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS,
  HEADERS_TIMEOUT_MS,
  type HttpAnswer,
  type HttpAttempt,
  type HttpPool,
  type HttpSettings,
  type HttpTransport,
} from './http-transport.js';
import { ProxyRule } from './proxy-rule.js';

/** Idle sockets are given up before most services do it: a request must not meet a socket that is just being closed. */
const IDLE_SOCKET_MS = 4_000;

/** The default transport: HTTP/1.1 over pooled sockets. */
export function undiciTransport(): HttpTransport {
  return { givesEncoded: true, open: (settings) => new UndiciPool(settings) };
}

class UndiciPool implements HttpPool {
  // True private fields: key and proxy stand in them, and nothing that prints a connection may see those.
  readonly #settings: HttpSettings;
  #agent: Agent | undefined;
  private closed = false;

  constructor(settings: HttpSettings) {
    this.#settings = settings;
  }

  send(attempt: HttpAttempt, signal: AbortSignal): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(attempt.timeLimit, signal, resolve, reject);
      if (this.closed) return exchange.fail(new AttemptEnded('UND_ERR_DESTROYED'));
      const { method, url, headers, body } = attempt;
      try {
        this.#agent ??= openAgent(this.#settings);
        this.#agent.dispatch(
          {
            origin: url.origin,
            path: url.pathname + url.search,
            method: method as Dispatcher.HttpMethod,
            headers: headers as Record<string, string>,
            // The types name only streams; any async iterable is read (undici documentation, "Dispatcher", parameter `body`).
            body: (body ?? null) as Readable | null,
          },
          exchange,
        );
      } catch (error) {
        exchange.fail(error);
      }
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.#agent?.destroy();
  }
}

type Undici = Pick<typeof import('undici'), 'Agent' | 'buildConnector'>;

/** Loading undici takes as long as the rest of the runtime together, so it waits for the first request, and of undici only what is used is loaded: a quarter of its files. */
function loadUndici(): Undici {
  try {
    return {
      Agent: require('undici/lib/dispatcher/agent.js') as Undici['Agent'],
      buildConnector: require('undici/lib/core/connect.js') as Undici['buildConnector'],
    };
  } catch {
    // A version that has its files elsewhere.
    return require('undici') as Undici;
  }
}

function openAgent(settings: HttpSettings): Agent {
  const undici = loadUndici();
  return new undici.Agent({
    connect: connector(settings, undici.buildConnector),
    pipelining: 1,
    keepAliveTimeout: IDLE_SOCKET_MS,
    keepAliveMaxTimeout: IDLE_SOCKET_MS,
    headersTimeout: settings.headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
    bodyTimeout: settings.bodyIdleTimeoutMs ?? BODY_IDLE_TIMEOUT_MS,
  });
}

function connector(settings: HttpSettings, build: typeof buildConnector): buildConnector.connector {
  const timeoutMs = settings.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const proxies = new ProxyRule(settings);
  let direct: buildConnector.connector | undefined;
  return (options, callback) => {
    const fail = (error: unknown) =>
      callback(types.isNativeError(error) ? error : new Error('no connection', { cause: error }), null);
    try {
      direct ??= build({ timeout: timeoutMs, ...tlsOptions(settings) });
    } catch (error) {
      fail(error);
      return;
    }
    const connect = direct;
    const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80));
    const proxy = proxies.proxyFor(options.protocol, options.hostname, port);
    if (proxy === undefined) connect(options, callback);
    else {
      const through = { timeoutMs, ca: trustedAuthorities(settings) };
      import('./proxy-tunnel.js')
        .then(({ openTunnel }) => openTunnel(proxy, options.hostname, port, through))
        .then((socket) => connect({ ...options, httpSocket: socket }, callback), fail);
    }
  };
}

/** `rejectUnauthorized` is stated because the environment could switch it off otherwise. */
function tlsOptions(settings: HttpSettings): buildConnector.BuildOptions {
  const strict = { rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;
  const { cert, key } = settings;
  const ca = trustedAuthorities(settings);
  if (ca === undefined && cert === undefined) return strict;
  // Made once: parsing all the authorities takes milliseconds, and a pool connects often.
  const secureContext = tls.createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  });
  return { ...strict, secureContext };
}

function trustedAuthorities(settings: HttpSettings): string[] | undefined {
  if (settings.ca === undefined) return undefined;
  // Newer versions of Node.js tell which authorities they trust, those of NODE_EXTRA_CA_CERTS included.
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'default') => readonly string[] };
  return [...(getCACertificates?.('default') ?? tls.rootCertificates), settings.ca];
}

/** One request under way. Dispatched directly, for only so is the moment known when its first byte leaves. */
class Exchange implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private answer: AnswerQueue | undefined;
  private isDone = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly timeLimit: HttpAttempt['timeLimit'],
    private readonly signal: AbortSignal,
    private readonly resolve: (answer: HttpAnswer) => void,
    private readonly reject: (lost: AttemptLost) => void,
  ) {
    if (signal.aborted) this.fail(signal.reason);
    else {
      signal.addEventListener('abort', this.onAbort);
      if (timeLimit) this.timer = setTimeout(() => this.fail(new AttemptEnded('ATTEMPT_TIMEOUT')), timeLimit.ms);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.isDone) controller.abort(new AttemptEnded('ANSWER_UNREAD'));
    else this.controller = controller;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Record<string, unknown>): void {
    if (status < 200) return;
    if (this.timeLimit?.until === 'head') clearTimeout(this.timer);
    this.answer = new AnswerQueue({
      pause: () => controller.pause(),
      resume: () => controller.resume(),
      cancel: () => this.fail(new AttemptEnded('ANSWER_UNREAD')),
    });
    this.resolve({ status, headers: joined(headers), body: this.answer });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.answer?.push(chunk);
  }

  onResponseEnd(): void {
    this.done();
    this.answer?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  fail(cause: unknown): void {
    if (this.isDone) return;
    this.done();
    const lost = new AttemptLost({ sent: this.controller !== undefined, answered: this.answer !== undefined }, cause);
    if (this.answer) this.answer.fail(lost);
    else this.reject(lost);
    this.controller?.abort(lost);
  }

  private readonly onAbort = () => this.fail(this.signal.reason);

  private done(): void {
    this.isDone = true;
    clearTimeout(this.timer);
    this.signal.removeEventListener('abort', this.onAbort);
  }
}

function joined(headers: Record<string, unknown>): HttpHeaders {
  const result: Record<string, string> = Object.create(null);
  for (const name in headers) {
    const value = headers[name];
    result[name] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return result;
}
