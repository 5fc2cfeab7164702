import type { LogLevel, LogSink } from '../services/log-sink.js';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Log lines for people, on stderr. */
export function textLineSink(level: LogLevel): LogSink {
  const isLevelEnabled = (own: LogLevel) => LEVELS.indexOf(own) >= LEVELS.indexOf(level);
  const log = (own: LogLevel) => (data: object, message: string) => {
    if (!isLevelEnabled(own)) return;
    const { plugin: _, connectionId: __, ...details } = data as Record<string, unknown>;
    const shown = Object.keys(details).length > 0 ? ` ${JSON.stringify(details)}` : '';
    process.stderr.write(`${own}: ${message}${shown}\n`);
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error'), isLevelEnabled };
}
