import { type Clock, isCapstanError, messageOf, systemClock } from '@capstan/base';
import { HELM_CODES } from '@capstan/helm-ts';
import { exponentialBackoff, KUBE_CODES } from '@capstan/kube';

/** How often a step that failed in passing is tried again when nobody says otherwise. */
export const DEFAULT_RETRIES = 3;

const backoff = exponentialBackoff({ baseMs: 500, maxMs: 15_000 });

const PASSING: readonly string[] = [
  KUBE_CODES.unreachable,
  KUBE_CODES.timeout,
  KUBE_CODES.conflict,
  KUBE_CODES.expired,
  HELM_CODES.kubeUnreachable,
];

/** Statuses after which the same request may succeed: too many requests, and errors on the server's side. */
const PASSING_STATUSES = [408, 429, 500, 502, 503, 504];

/** What Helm prints, under no code of its own, when its connection or the server failed it for a moment. */
const PASSING_WORDS =
  /connection re(set|fused)|\bEOF\b|too many requests|internal error|etcdserver|server is currently unable|TLS handshake|i\/o timeout|operation cannot be fulfilled|object has been modified/i;

/**
 * Whether an error may pass by itself: the connection broke, the server was busy, somebody wrote at the same moment.
 * What is not ready in time, is refused or is wrong does not.
 */
export function isPassing(error: unknown): boolean {
  if (!isCapstanError(error)) return false;
  if (PASSING.includes(error.code)) return true;
  if (error.code === KUBE_CODES.failed) return PASSING_STATUSES.includes(Number(error.fields['status']));
  if (error.code !== HELM_CODES.failed) return false;
  return PASSING_WORDS.test(`${error.message} ${String(error.fields['output'] ?? '')}`);
}

/** How an effect is tried again. */
export interface RetryOptions {
  readonly retries: number;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** Told before each wait. */
  readonly onRetry?: (text: string) => void;
}

/** Does an effect, and again after a growing wait while it fails in passing and the signal is not aborted. */
export async function withRetries<T>(effect: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { retries, signal, clock = systemClock, onRetry } = options;
  for (let failures = 1; ; failures += 1) {
    try {
      return await effect();
    } catch (error) {
      if (failures > retries || signal.aborted || !isPassing(error)) throw error;
      const waitMs = (isCapstanError(error) && error.retryAfterMs) || backoff(failures);
      onRetry?.(`${messageOf(error)}; tried again in ${seconds(waitMs)} (${failures} of ${retries})`);
      await clock.sleep(waitMs, signal);
      if (signal.aborted) throw error;
    }
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).replace(/\.0$/, '')} s`;
}
