import type { ExecutionSummary, RuntimeConnection } from '@connector-runtime/runtime';
import { trace } from '@opentelemetry/api';

// #region traces
/** The execution's span, and those of its requests, stand below this one. */
export function greetTraced(connection: RuntimeConnection, names: readonly string[]): Promise<ExecutionSummary> {
  return trace.getTracer('shop').startActiveSpan('greet', async (span) => {
    try {
      return await connection
        .execute(
          { operation: 'greet' },
          names.map((body) => ({ body })),
        )
        .finish();
    } finally {
      span.end();
    }
  });
}
// #endregion
