import type { Logger } from '@connector-runtime/core';
import type { LogLevel, LogSink } from './log-sink.js';
import type { Redactor } from './redaction.js';

/** The logger that plugins are lent: strikes secrets out, adds what the entry belongs to (`plugin`, `connectionId`, `executionId`), and never throws. */
export class RedactingLogger implements Logger {
  constructor(
    private readonly sink: LogSink,
    private readonly redactor: Redactor,
    private readonly belongsTo: Readonly<Record<string, string>> = {},
  ) {}

  /** The same log, for entries that belong to more. */
  for(more: Readonly<Record<string, string>>): RedactingLogger {
    return new RedactingLogger(this.sink, this.redactor, { ...this.belongsTo, ...more });
  }

  debug(message: string, data?: object): void {
    this.log('debug', message, data);
  }

  info(message: string, data?: object): void {
    this.log('info', message, data);
  }

  warn(message: string, data?: object): void {
    this.log('warn', message, data);
  }

  error(message: string, data?: object): void {
    this.log('error', message, data);
  }

  private log(level: LogLevel, message: string, data: object | undefined): void {
    try {
      if (this.sink.isLevelEnabled?.(level) === false) return;
      const entry = data === undefined ? undefined : this.redactor.data(data);
      this.sink[level]({ ...asRecord(entry), ...this.belongsTo }, this.redactor.text(message));
    } catch {
      // A log that cannot be written must not end the work that it tells of.
    }
  }
}

/** An error or array is no set of fields. */
function asRecord(entry: unknown): object {
  if (typeof entry !== 'object' || entry === null) return {};
  return Array.isArray(entry) ? { data: entry } : entry;
}
