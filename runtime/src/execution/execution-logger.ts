import type { Logger } from '@connector-runtime/core';

const MAX_WARNINGS_KEPT = 100;

/** Passes everything on, counts the warnings, tells of each, and keeps the first 100 for the summary, without secrets. */
export class ExecutionLogger implements Logger {
  readonly warnings: string[] = [];
  warningCount = 0;

  constructor(
    private readonly inner: Logger,
    private readonly redact: (text: string) => string,
    private readonly warned: (message: string) => void,
  ) {}

  debug(message: string, data?: object): void {
    this.inner.debug(message, data);
  }

  info(message: string, data?: object): void {
    this.inner.info(message, data);
  }

  warn(message: string, data?: object): void {
    this.warningCount += 1;
    const shown = this.redact(message);
    if (this.warnings.length < MAX_WARNINGS_KEPT) this.warnings.push(shown);
    this.warned(shown);
    this.inner.warn(message, data);
  }

  error(message: string, data?: object): void {
    this.inner.error(message, data);
  }
}
