import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CallContext,
  type Document,
  type Events,
  type ExecutionContext,
  HTTP_CLIENT,
  type HttpClient,
  inject,
  injectable,
} from '@connector-runtime/core';
import { perDocument } from '@connector-runtime/core/authoring';
import { ConnectorRuntime } from '@connector-runtime/runtime';
import { type Context, propagation, type Span, type SpanOptions, trace } from '@opentelemetry/api';
import { scriptedPlugin } from './scripted-plugin.js';

interface Recorded {
  readonly name: string;
  readonly parent: string | undefined;
  readonly attributes: Record<string, unknown>;
  ended: boolean;
}

/** A tracer provider that keeps what it is told, over the real API. */
class RecordingProvider {
  readonly spans: Recorded[] = [];

  getTracer() {
    return {
      startSpan: (name: string, options: SpanOptions = {}, context?: Context): Span => {
        const parent = context === undefined ? undefined : trace.getSpan(context);
        const recorded: Recorded = {
          name,
          parent: parent?.spanContext().spanId,
          attributes: { ...options.attributes },
          ended: false,
        };
        this.spans.push(recorded);
        const spanId = String(this.spans.length).padStart(16, '0');
        const span: Span = {
          spanContext: () => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId, traceFlags: 1 }),
          setAttribute: (key, value) => {
            recorded.attributes[key] = value;
            return span;
          },
          setAttributes: (attributes) => {
            Object.assign(recorded.attributes, attributes);
            return span;
          },
          addEvent: () => span,
          addLink: () => span,
          addLinks: () => span,
          setStatus: () => span,
          updateName: () => span,
          end: () => {
            recorded.ended = true;
          },
          isRecording: () => true,
          recordException: () => undefined,
        };
        return span;
      },
      startActiveSpan: () => {
        throw new Error('spans are never made active');
      },
    };
  }
}

@injectable()
class Post {
  constructor(@inject(HTTP_CLIENT) private readonly http: HttpClient) {}

  execute(documents: AsyncIterable<Document>, context: ExecutionContext): Events {
    return perDocument(documents, context, async ({ id, body }) => {
      await this.http.send({ method: 'POST', url: await body.text(1000), effect: 'once' }, context as CallContext);
      return { type: 'result', inputs: [id], status: 'success' };
    });
  }
}

describe('telemetry', () => {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    response.writeHead(request.url === '/refuse?token=hidden' ? 422 : 200);
    response.end('{}');
  });
  const provider = new RecordingProvider();
  let url: string;
  let runtime: ConnectorRuntime;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    trace.setGlobalTracerProvider(provider);
    propagation.setGlobalPropagator({
      inject: (context, carrier, setter) => {
        const spanContext = trace.getSpan(context)?.spanContext();
        setter.set(carrier, 'traceparent', `00-${spanContext?.traceId}-${spanContext?.spanId}-01`);
      },
      extract: (context) => context,
      fields: () => ['traceparent'],
    });
    const base = scriptedPlugin(async function* () {}, { manifest: { egress: [url] } });
    runtime = new ConnectorRuntime({ plugins: [{ ...base, operations: { write: () => Post } }] });
  });
  afterAll(async () => {
    trace.disable();
    propagation.disable();
    await runtime.close();
    await new Promise((resolve) => server.close(resolve));
  });

  test('has a span for the operation and one below it for each request, without queries or values', async () => {
    const connection = await runtime.connect({ plugin: 'scripted', properties: {} });

    await connection
      .execute({ operation: 'write' }, [
        { id: 'a', body: `${url}/take?token=hidden` },
        { id: 'b', body: `${url}/refuse?token=hidden` },
      ])
      .finish();

    const [operation, ...requests] = provider.spans;
    expect(operation).toMatchObject({
      name: 'connector.execute',
      ended: true,
      attributes: {
        'connector.plugin': 'scripted',
        'connector.operation': 'write',
        'connector.documents.success': 1,
        'connector.documents.applicationError': 1,
      },
    });
    expect(requests.map(({ name, parent, ended }) => [name, parent, ended])).toEqual([
      ['HTTP POST', '0000000000000001', true],
      ['HTTP POST', '0000000000000001', true],
    ]);
    expect(new Set(requests.map(({ attributes }) => attributes['http.response.status_code']))).toEqual(
      new Set([200, 422]),
    );
    expect(JSON.stringify(provider.spans)).not.toMatch(/hidden|"a"|"b"/);
  });

  test('passes the trace on to the service', () => {
    expect(new Set(seen.map(({ traceparent }) => traceparent))).toEqual(
      new Set([
        '00-0af7651916cd43dd8448eb211c80319c-0000000000000002-01',
        '00-0af7651916cd43dd8448eb211c80319c-0000000000000003-01',
      ]),
    );
  });
});
