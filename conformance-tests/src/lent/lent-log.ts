import type { LogLevel, LogSink } from '@connector-runtime/runtime';

export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly data: object;
}

/** Keeps what a runtime logs. A plugin that floods it is told by `dropped`, not by a full memory. */
export class LentLog implements LogSink {
  readonly entries: LogEntry[] = [];
  dropped = 0;

  readonly debug = this.taking('debug');
  readonly info = this.taking('info');
  readonly warn = this.taking('warn');
  readonly error = this.taking('error');

  private taking(level: LogLevel) {
    return (data: object, message: string) => {
      if (this.entries.length < 10_000) this.entries.push({ level, message, data });
      else this.dropped += 1;
    };
  }
}
