import { CapstanError, EXIT } from '@capstan/base';
import { CLI_CODES } from '../codes.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** Milliseconds of a duration as Go and kubectl write it: `90s`, `5m`, `1h30m`. Anything else is a usage error. */
export function parseDuration(text: string): number {
  if (!DURATION.test(text)) {
    throw new CapstanError(CLI_CODES.usage, `"${text}" is not a duration`, {
      hint: 'A duration is a number with a unit: 500ms, 90s, 5m, 1h30m.',
      exit: EXIT.usage,
    });
  }
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  return total;
}

/** A duration for people: `0.4s`, `12s`, `3m04s`, `2h05m`, `3d`. */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${pad(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h${pad(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d`;
}

/** How long ago a Kubernetes timestamp was; `-` when there is none. */
export function formatAge(timestamp: string | null | undefined, now = Date.now()): string {
  if (!timestamp) return '-';
  const ms = Math.max(0, now - Date.parse(timestamp));
  return ms < 120_000 ? `${Math.round(ms / 1000)}s` : formatDuration(ms).replace(/(?<=\dm)\d\ds$/, '');
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
