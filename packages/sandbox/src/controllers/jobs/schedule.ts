import { Cron } from 'croner';

/** When a schedule is due. */
export interface Schedule {
  /** The first time after this one, in milliseconds; undefined when there is none. */
  next(after: number): number | undefined;
}

const EVERY = /^@every\s+((?:[0-9.]+(?:h|m|s|ms))+)$/;
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Reads a CronJob's schedule: five fields, `@hourly` and the like, or `@every 1h30m`. Throws on anything else. */
export function parseSchedule(text: string, timeZone = 'UTC'): Schedule {
  const every = EVERY.exec(text.trim())?.[1];
  if (every !== undefined) {
    const parts = every.matchAll(/([0-9.]+)(ms|h|m|s)/g);
    const length = Math.max(
      1000,
      [...parts].reduce((sum, [, n, unit]) => sum + Number(n) * (UNITS[unit ?? ''] ?? 0), 0),
    );
    return { next: (after) => Math.floor((after + length) / 1000) * 1000 };
  }
  const cron = new Cron(text.trim(), { timezone: timeZone, mode: '5-part', paused: true, domAndDow: false });
  return { next: (after) => cron.nextRun(new Date(after))?.getTime() };
}

/** A time with the offset of a zone, as Go's RFC 3339. */
export function timeIn(timeZone: string | undefined, at: number): string {
  const utc = `${new Date(at).toISOString().slice(0, 19)}Z`;
  if (!timeZone) return utc;
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
  if (sign === undefined) return utc;
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const local = new Date(at + offset * 60_000).toISOString().slice(0, 19);
  return `${local}${sign}${hours}:${minutes}`;
}
