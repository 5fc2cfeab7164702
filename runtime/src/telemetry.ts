import type { CallContext, ExecutionContext, Usage } from '@connector-runtime/core';
import type { Context, Gauge } from '@opentelemetry/api';
import type { ExecutionSummary } from './execution/execution.js';
import { openTelemetry } from './open-telemetry.js';

/** Ends the span of an execution. */
export interface ExecutionSpan {
  end(summary: ExecutionSummary): void;
}

const SCOPE = '@connector-runtime/runtime';
const UNHEARD: ExecutionSpan = { end: () => undefined };

/** OpenTelemetry spans of executions, and metrics of what is used of the service's allowances, through whatever the host has registered; without it they cost nothing. No ids of documents, no values. */
export class Telemetry {
  private gauges: { readonly used: Gauge; readonly allowed: Gauge } | undefined;
  private readonly traces = new WeakMap<CallContext, Context>();

  /** The trace that an execution's requests belong to; a store in AsyncLocalStorage would triple the price of every `await`. */
  traceOf(context: CallContext): Context | undefined {
    return this.traces.get(context);
  }

  noteUsage(plugin: string, connectionId: string, name: string, { used, allowed }: Usage): void {
    const metrics = openTelemetry()?.metrics;
    if (metrics === undefined) return;
    const attributes = {
      'connector.plugin': plugin,
      'connector.connection_id': connectionId,
      'connector.allowance': name,
    };
    // Made now and not before: a provider that the host registers later would never hear of them.
    const gauge = (name: string, description: string) => metrics.getMeter(SCOPE).createGauge(name, { description });
    this.gauges ??= {
      used: gauge('connector.service.used', 'What is used up of an allowance of the service.'),
      allowed: gauge('connector.service.allowed', 'The allowance of the service.'),
    };
    this.gauges.used.record(used, attributes);
    this.gauges.allowed.record(allowed, attributes);
  }

  startExecution(context: ExecutionContext, plugin: string, kind: 'execute' | 'reconcile'): ExecutionSpan {
    const api = openTelemetry();
    if (api === undefined) return UNHEARD;
    const span = api.trace.getTracer(SCOPE).startSpan(`connector.${kind}`, {
      attributes: {
        'connector.plugin': plugin,
        'connector.operation': context.operation.id,
        'connector.object_type': context.objectType,
        'connector.execution_id': context.executionId,
      },
    });
    this.traces.set(context, api.trace.setSpan(api.context.active(), span));
    return {
      end: (summary) => {
        for (const [status, count] of Object.entries(summary.counts))
          span.setAttribute(`connector.documents.${status}`, count);
        span.setAttribute('connector.outputs', summary.outputs);
        span.setAttribute('connector.complete', summary.complete);
        if (summary.error !== undefined) {
          span.setAttribute('error.type', summary.error.code);
          span.setStatus({ code: api.SpanStatusCode.ERROR });
        }
        span.end();
      },
    };
  }
}
