import type { ErrorInfo } from '@connector-runtime/core';
import type { Context, Span } from '@opentelemetry/api';
import { openTelemetry } from '../open-telemetry.js';
import { shownUrl } from './shown-url.js';

/** The span of one request, over all its attempts; named and attributed by OpenTelemetry's "Semantic conventions for HTTP spans". Costs next to nothing where no tracing is set up. */
export class RequestSpan {
  private readonly span: Span | undefined;
  private readonly context: Context | undefined;
  private readonly api = openTelemetry();

  constructor(method: string, url: URL, parent: Context | undefined) {
    const { api } = this;
    if (api === undefined) return;
    const tracer = api.trace.getTracer('@connector-runtime/runtime');
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
    if (this.context !== undefined) this.api?.propagation.inject(this.context, headers);
  }

  end(attempts: number, status: number | undefined, error: ErrorInfo | undefined): void {
    const { span } = this;
    if (span?.isRecording()) {
      if (status !== undefined) span.setAttribute('http.response.status_code', status);
      if (attempts > 1) span.setAttribute('http.request.resend_count', attempts - 1);
      if (error !== undefined) {
        span.setAttribute('error.type', error.code);
        span.setStatus({ code: 2, message: error.category });
      }
    }
    span?.end();
  }
}
