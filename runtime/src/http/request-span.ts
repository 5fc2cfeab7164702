import type { ErrorInfo } from '@connector-runtime/core';
import type { Context, Span, Tracer } from '@opentelemetry/api';
import { shownUrl } from './shown-url.js';

type OpenTelemetry = typeof import('@opentelemetry/api');

let api: OpenTelemetry | undefined;
let tracer: Tracer | undefined;

/** The span of one request, over all its attempts; named and attributed by OpenTelemetry's "Semantic conventions for HTTP spans". Costs next to nothing where no tracing is set up. */
export class RequestSpan {
  private readonly span: Span;
  private readonly context: Context;

  constructor(method: string, url: URL, parent: Context | undefined) {
    // Loaded with the first request: before it, nothing is traced.
    api ??= require('@opentelemetry/api') as OpenTelemetry;
    tracer ??= api.trace.getTracer('@connector-runtime/runtime');
    const outer = parent ?? api.context.active();
    this.span = tracer.startSpan(`HTTP ${method}`, { kind: api.SpanKind.CLIENT }, outer);
    this.context = api.trace.setSpan(outer, this.span);
    if (this.span.isRecording()) {
      this.span.setAttributes({
        'http.request.method': method,
        'server.address': url.hostname,
        ...(url.port !== '' && { 'server.port': Number(url.port) }),
        'url.path': url.pathname,
        'url.full': shownUrl(url),
      });
    }
  }

  /** Adds `traceparent` and what else the host's propagation sends along. */
  inject(headers: Record<string, string>): void {
    api?.propagation.inject(this.context, headers);
  }

  end(attempts: number, status: number | undefined, error: ErrorInfo | undefined): void {
    if (this.span.isRecording()) {
      if (status !== undefined) this.span.setAttribute('http.response.status_code', status);
      if (attempts > 1) this.span.setAttribute('http.request.resend_count', attempts - 1);
      if (error !== undefined) {
        this.span.setAttribute('error.type', error.code);
        this.span.setStatus({ code: 2, message: error.category });
      }
    }
    this.span.end();
  }
}
