import type { CallContext, ExecutionContext } from '@connector-runtime/core';
import { type Context, context as contexts, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { ExecutionSummary } from './execution/execution.js';

/** Ends the span of an execution. */
export interface ExecutionSpan {
  end(summary: ExecutionSummary): void;
}

/** OpenTelemetry spans of executions, through whatever the host has registered; without it they cost nothing. No ids of documents, no values. */
export class Telemetry {
  private readonly tracer: Tracer = trace.getTracer('@connector-runtime/runtime');
  private readonly traces = new WeakMap<CallContext, Context>();

  /** The trace that an execution's requests belong to; a store in AsyncLocalStorage would triple the price of every `await`. */
  traceOf(context: CallContext): Context | undefined {
    return this.traces.get(context);
  }

  startExecution(context: ExecutionContext, plugin: string, kind: 'execute' | 'reconcile'): ExecutionSpan {
    const span = this.tracer.startSpan(`connector.${kind}`, {
      attributes: {
        'connector.plugin': plugin,
        'connector.operation': context.operation.id,
        'connector.object_type': context.objectType,
        'connector.execution_id': context.executionId,
      },
    });
    this.traces.set(context, trace.setSpan(contexts.active(), span));
    return {
      end: (summary) => {
        for (const [status, count] of Object.entries(summary.counts))
          span.setAttribute(`connector.documents.${status}`, count);
        span.setAttribute('connector.outputs', summary.outputs);
        span.setAttribute('connector.complete', summary.complete);
        if (summary.error !== undefined) {
          span.setAttribute('error.type', summary.error.code);
          span.setStatus({ code: SpanStatusCode.ERROR });
        }
        span.end();
      },
    };
  }
}
