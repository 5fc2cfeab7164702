export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const RANKS: Readonly<Record<LogLevel, number>> = { debug: 10, info: 20, warn: 30, error: 40 };

/** Where log entries go: the shape of a pino logger, so one can be handed over as it is. What arrives here holds no known secret. */
export type LogSink = { readonly [Level in LogLevel]: (data: object, message: string) => void } & {
  /** Is an entry of this level written at all? Where it says no, the entry is not made. Absent: all are. */
  isLevelEnabled?(level: LogLevel): boolean;
};

/** What a library should do unasked. */
export const silentSink: LogSink = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  isLevelEnabled: () => false,
};

/** One JSON object a line, on stderr unless told otherwise; never on stdout, which belongs to data. */
export function jsonLineSink(
  level: LogLevel,
  write: (line: string) => void = (line) => process.stderr.write(line),
  now: () => number = Date.now,
): LogSink {
  const isLevelEnabled = (own: LogLevel) => RANKS[own] >= RANKS[level];
  const log = (own: LogLevel) => (data: object, message: string) => {
    if (isLevelEnabled(own))
      write(`${JSON.stringify({ level: own, time: new Date(now()).toISOString(), msg: message, ...data })}\n`);
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error'), isLevelEnabled };
}
