import { messageOf, redact } from './errors.ts';

/** Facts beside a log message. Keys are the field's own: plugin, controller, kind, namespace, name, durationMs, code. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Logs a constant, lower-case message with its facts in fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
}

/** How much is logged, from most to least. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Options of `createLogger`. */
export interface LoggerOptions {
  /** Takes one line without its line end. */
  readonly write: (line: string) => void;
  readonly level?: LogLevel;
  readonly now?: () => number;
  readonly fields?: LogFields;
}

/** A logger that writes one JSON object per line: time, level, message, then the fields; credentials are redacted. */
export function createLogger(options: LoggerOptions): Logger {
  const { write, level = 'info', now = Date.now, fields = {} } = options;
  const log = (at: LogLevel) => (message: string, more?: LogFields) => {
    if (RANK[at] < RANK[level]) return;
    const line = { time: new Date(now()).toISOString(), level: at, message, ...fields, ...more };
    write(redact(JSON.stringify(line, replacer)));
  };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (more) => createLogger({ ...options, fields: { ...fields, ...more } }),
  };
}

/** A logger that drops everything. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};

function replacer(_key: string, value: unknown): unknown {
  return value instanceof Error ? messageOf(value) : value;
}
