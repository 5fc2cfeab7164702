import type { Logger } from '@connector-runtime/core';

const MAX_WARNINGS_KEPT = 100;

/** Passes everything on and keeps the first 100 warnings for the summary. */
export class ExecutionLogger implements Logger {
  readonly warnings: string[] = [];

  constructor(private readonly inner: Logger) {}

  debug(message: string, data?: object): void {
    this.inner.debug(message, data);
  }

  info(message: string, data?: object): void {
    this.inner.info(message, data);
  }

  warn(message: string, data?: object): void {
    if (this.warnings.length < MAX_WARNINGS_KEPT) this.warnings.push(message);
    this.inner.warn(message, data);
  }

  error(message: string, data?: object): void {
    this.inner.error(message, data);
  }
}
