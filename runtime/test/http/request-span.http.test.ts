import { context, propagation, type Span, SpanKind, type SpanOptions, type Tracer, trace } from '@opentelemetry/api';
import { benchClient, closeAll, errorOf, read } from './http-bench.js';
import { answerBytes, rawServer } from './raw-server.js';

interface Seen {
  readonly name: string;
  readonly kind: SpanKind | undefined;
  readonly attributes: Record<string, unknown>;
  ended: boolean;
}

const spans: Seen[] = [];

/** A tracer that only writes down: the API's own packages for it are not among our dependencies. */
const tracer = {
  startSpan(name: string, options?: SpanOptions): Span {
    const seen: Seen = { name, kind: options?.kind, attributes: {}, ended: false };
    spans.push(seen);
    return {
      isRecording: () => true,
      spanContext: () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }),
      setAttribute: (key: string, value: unknown) => {
        seen.attributes[key] = value;
      },
      setAttributes: (values: object) => Object.assign(seen.attributes, values),
      setStatus: () => undefined,
      end: () => {
        seen.ended = true;
      },
    } as unknown as Span;
  },
} as Tracer;

beforeAll(() => {
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  propagation.setGlobalPropagator({
    inject: (from, carrier) => {
      (carrier as Record<string, string>)['traceparent'] = trace.getSpanContext(from)?.spanId ?? 'none';
    },
    extract: (from) => from,
    fields: () => ['traceparent'],
  });
});

afterAll(() => {
  trace.disable();
  propagation.disable();
  context.disable();
});

afterEach(async () => {
  spans.length = 0;
  await closeAll();
});

test('a request is one span over its attempts, and its trace is sent along', async () => {
  const server = await rawServer(({ socket, number }) => socket.write(answerBytes(number === 1 ? 503 : 200)));
  const { http, context: call } = benchClient(server.origin);

  await http.send(read(`${server.origin}/a?token=abc`), call());

  expect(spans).toEqual([
    {
      name: 'HTTP GET',
      kind: SpanKind.CLIENT,
      ended: true,
      attributes: {
        'http.request.method': 'GET',
        'server.address': '127.0.0.1',
        'server.port': server.port,
        'url.path': '/a',
        'url.full': `${server.origin}/a`,
        'http.response.status_code': 200,
        'http.request.resend_count': 1,
      },
    },
  ]);
  expect(server.ledger[0]?.headers['traceparent']).toBe('2'.repeat(16));
});

test('the span of a failed request names the error by its code', async () => {
  const server = await rawServer(({ socket }) => socket.write(answerBytes(404)));
  const { http, context: call } = benchClient(server.origin);

  await errorOf(http.send(read(server.origin), call()));

  expect(spans[0]).toMatchObject({
    ended: true,
    attributes: { 'error.type': 'HTTP_404', 'http.response.status_code': 404 },
  });
});
