import {
  type CallContext,
  ConnectorError,
  type HttpRequest,
  isConnectorError,
  type Logger,
} from '@connector-runtime/core';
import { ConcurrencyLimit } from '#src/http/concurrency-limit.js';
import {
  ConnectionHttpClient,
  type ConnectionHttpOptions,
  DEFAULT_HTTP_LIMITS,
  type HttpLimits,
} from '#src/http/connection-http-client.js';
import { EgressRule } from '#src/http/egress-rule.js';
import type { HttpSettings, HttpTransport } from '#src/http/http-transport.js';
import { RetryBudget } from '#src/http/retry-budget.js';
import { undiciTransport } from '#src/http/undici-transport.js';
import { FileSpool } from '#src/services/file-spool.js';
import { Redactor } from '#src/services/redaction.js';
import { LentClock } from './lent-clock.js';

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A client on the bench, with what a test wants to turn. */
export interface BenchClient {
  readonly http: ConnectionHttpClient;
  readonly clock: LentClock;
  readonly redactor: Redactor;
  readonly context: (overrides?: Partial<CallContext>) => CallContext;
}

const open: { close(): Promise<void> }[] = [];

/** Closes what the tests of a file opened; to be called after each. */
export async function closeAll(): Promise<void> {
  for (const one of open.splice(0).reverse()) await one.close();
}

export function closeLater<T extends { close(): Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

export function benchClient(
  origin: string,
  facts: {
    readonly transport?: HttpTransport;
    readonly settings?: HttpSettings;
    readonly limits?: Partial<HttpLimits>;
    readonly places?: number;
    readonly clock?: LentClock;
    readonly spoolBytes?: number;
    readonly more?: Partial<ConnectionHttpOptions>;
  } = {},
): BenchClient {
  const transport = facts.transport ?? undiciTransport();
  const clock = facts.clock ?? new LentClock();
  const redactor = new Redactor();
  const limits = { ...DEFAULT_HTTP_LIMITS, ...facts.limits };
  const http = new ConnectionHttpClient({
    pool: transport.open(facts.settings ?? {}),
    givesEncoded: transport.givesEncoded,
    egress: new EgressRule(['{/url}'], { url: origin }),
    limits,
    retryBudget: new RetryBudget(limits.repeatsPerMinute),
    spool: closeLater(new FileSpool(facts.spoolBytes ?? 10_000_000)),
    redact: (text) => redactor.text(text),
    ...(facts.places !== undefined && { concurrency: new ConcurrencyLimit(facts.places) }),
    ...facts.more,
  });
  closeLater(http);
  const context = (overrides: Partial<CallContext> = {}): CallContext => ({
    signal: new AbortController().signal,
    deadlineEpochMs: clock.now() + 3_600_000,
    clock,
    logger: silent,
    meter: { note: () => undefined },
    ...overrides,
  });
  return { http, clock, redactor, context };
}

export function read(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, effect: 'none', ...more };
}

export function create(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'POST', url, effect: 'once', body: 'a record', ...more };
}

export function update(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'PATCH', url, effect: 'repeatable', body: 'a change', ...more };
}

/** The chunks of a body that is given once. */
export async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

/** The error that a promise ends with; a plain value or another error fails the test. */
export async function errorOf(promise: Promise<unknown>): Promise<ConnectorError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (isConnectorError(thrown)) return thrown;
  throw new Error('no ConnectorError was thrown', { cause: thrown });
}

export function cancelled(): ConnectorError {
  return new ConnectorError({
    category: 'cancelled',
    code: 'CANCELLED',
    message: 'the host cancelled',
    effect: 'none',
    retryable: false,
  });
}
