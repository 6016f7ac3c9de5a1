import type { StatusCause } from '../../model/api-error.ts';
import { invalid } from '../../model/field-error.ts';
import { goQuote } from '../../model/go-format.ts';

/* Cron schedules, as github.com/robfig/cron/v3 parses them. */

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];
const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);

/** All that is wrong with the schedule of a CronJob. */
export function validateSchedule(schedule: string, path: string, hasTimeZone: boolean): StatusCause[] {
  const why = scheduleError(schedule);
  const causes = why === undefined ? [] : [invalid(path, schedule, why)];
  if (!schedule.includes('TZ')) return causes;
  const detail = hasTimeZone
    ? 'cannot use both timeZone field and TZ or CRON_TZ in schedule'
    : 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  return [...causes, invalid(path, schedule, detail)];
}

function scheduleError(schedule: string): string | undefined {
  const rest = schedule.replace(/^(TZ|CRON_TZ)=\S+\s*/, '').trim();
  if (rest.startsWith('@')) return descriptorError(rest);
  const parts = rest.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== FIELDS.length) {
    return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`;
  }
  for (const [at, part] of parts.entries()) {
    const bounds = FIELDS[at];
    const why = bounds && listError(part, bounds);
    if (why !== undefined) return why;
  }
  return undefined;
}

function descriptorError(descriptor: string): string | undefined {
  if (DESCRIPTORS.has(descriptor)) return undefined;
  if (!descriptor.startsWith('@every ')) return `unrecognized descriptor: ${descriptor}`;
  const duration = descriptor.slice('@every '.length);
  if (/^([0-9.]+(ns|us|µs|ms|s|m|h))+$/.test(duration)) return undefined;
  return `failed to parse duration ${descriptor}: time: invalid duration ${goQuote(duration)}`;
}

function listError(list: string, bounds: Bounds): string | undefined {
  for (const range of list.split(',').filter((part) => part !== '')) {
    const why = rangeError(range, bounds);
    if (why !== undefined) return why;
  }
  return undefined;
}

function rangeError(text: string, bounds: Bounds): string | undefined {
  const [range = '', step, ...more] = text.split('/');
  const [low = '', high, ...extra] = range.split('-');
  const any = low === '*' || low === '?';
  const start = any ? bounds.min : numberOf(low, bounds);
  if (typeof start === 'string') return start;
  if (extra.length > 0) return `too many hyphens: ${text}`;
  const end = any
    ? bounds.max
    : high === undefined
      ? step === undefined
        ? start
        : bounds.max
      : numberOf(high, bounds);
  if (typeof end === 'string') return end;
  if (more.length > 0) return `too many slashes: ${text}`;
  const by = step === undefined ? 1 : numberOf(step, { ...bounds, names: [] });
  if (typeof by === 'string') return by;
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${text}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  return by === 0 ? `step of range should be a positive number: ${text}` : undefined;
}

/** The number, or what is wrong with it. */
function numberOf(text: string, bounds: Bounds): number | string {
  const named = bounds.names.indexOf(text.toLowerCase());
  if (named >= 0) return named + bounds.min;
  if (/^\d+$/.test(text)) return Number(text);
  if (/^-\d+$/.test(text)) return `negative number (${text}) not allowed: ${text}`;
  return `failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`;
}
