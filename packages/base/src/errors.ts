/** Exit codes of the command line; `capstan help exit-codes` prints the same table. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  forbidden: 4,
  blocked: 5,
  timedOut: 6,
  degraded: 7,
  unknownCommand: 127,
  interrupted: 130,
} as const;

/** One of the documented exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where in a file something is wrong; line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** What a CapstanError may carry beside its code and message. */
export interface CapstanErrorOptions {
  /** One sentence: why it happened or what can be done about it. */
  readonly hint?: string;
  /** Commands that lead out, ready to be copied. */
  readonly next?: readonly string[];
  readonly cause?: unknown;
  /** Facts for machines: object references, versions, limits. Never secrets. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly exit?: ExitCode;
  /** A controller must not retry: only a changed input can help. */
  readonly terminal?: boolean;
  /** A controller retries after this time instead of backing off. */
  readonly retryAfterMs?: number;
  readonly source?: SourcePosition;
}

/**
 * The one error class for everything that is expected to go wrong. Callers tell errors apart by `code`
 * (`CAPSTAN_<AREA>_<WHAT>`, listed in docs/errors.md), never by class or message.
 */
export class CapstanError extends Error {
  override readonly name = 'CapstanError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly next: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
  readonly exit: ExitCode;
  readonly terminal: boolean;
  readonly retryAfterMs: number | undefined;
  readonly source: SourcePosition | undefined;

  constructor(code: string, message: string, options: CapstanErrorOptions = {}) {
    super(redact(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint === undefined ? undefined : redact(options.hint);
    this.next = options.next ?? [];
    this.fields = options.fields ?? {};
    this.exit = options.exit ?? EXIT.failed;
    this.terminal = options.terminal ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.source = options.source;
  }
}

/** True for a CapstanError of any copy of this package, and of the given code when one is named. */
export function isCapstanError(error: unknown, code?: string): error is CapstanError {
  if (!(error instanceof Error) || error.name !== 'CapstanError' || !('code' in error)) return false;
  return code === undefined || error.code === code;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi;
const BEARER = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/g;

/** Takes credentials out of text: user information in URLs and authorization headers. */
export function redact(text: string): string {
  return text.replace(USER_INFO, '$1***@').replace(BEARER, '$1 ***');
}
