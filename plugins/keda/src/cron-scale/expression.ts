/** A cron expression as KEDA reads it: when it fires, in the wall-clock time of its zone. */
export interface CronExpression {
  /** Minutes of the day at which it fires, in their order. */
  readonly minutes: readonly number[];
  /** Whether it fires on a day; `weekday` 0 is Sunday. */
  firesOn(day: { readonly month: number; readonly date: number; readonly weekday: number }): boolean;
  /** True when only the day of the week matters: it is the same every week. */
  readonly weekly: boolean;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const FIELDS: readonly [Field, Field, Field, Field, Field] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, words: MONTHS },
  { name: 'day of the week', min: 0, max: 6, words: WEEKDAYS },
];

/** What a field allows. */
interface Allowed {
  readonly values: ReadonlySet<number>;
  /** Whether it says "any" with `*` or `?`: then a day need only fit the other one of its two fields. */
  readonly any: boolean;
}

/**
 * Reads a cron expression of five fields, or says what is wrong with it. It takes what KEDA takes
 * (github.com/robfig/cron, five fields): lists, ranges, steps, `*`, `?` and English names of three letters. Sunday is 0
 * and never 7; `@daily` and seconds are not known. As in every cron, where both days are restricted one of them is enough.
 */
export function parseCron(text: string): CronExpression | { readonly problem: string } {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    const found = parts[0] === '' ? 0 : parts.length;
    return { problem: `needs five fields (minute, hour, day, month, weekday) and has ${found}` };
  }
  const fields: Allowed[] = [];
  for (const [index, field] of FIELDS.entries()) {
    const allowed = readField(parts[index] ?? '', field);
    if ('problem' in allowed) return allowed;
    fields.push(allowed);
  }
  const [minute, hour, date, month, weekday] = fields as [Allowed, Allowed, Allowed, Allowed, Allowed];
  const minutes = [...hour.values].flatMap((at) => [...minute.values].map((past) => at * 60 + past));
  const either = !date.any && !weekday.any;
  return {
    minutes: minutes.sort((one, other) => one - other),
    firesOn: (day) => {
      const [byDate, byWeekday] = [date.values.has(day.date), weekday.values.has(day.weekday)];
      return month.values.has(day.month) && (either ? byDate || byWeekday : byDate && byWeekday);
    },
    weekly: month.values.size === 12 && date.values.size === 31,
  };
}

function readField(text: string, field: Field): Allowed | { readonly problem: string } {
  const values = new Set<number>();
  let any = false;
  for (const part of text.split(',')) {
    const range = readRange(part, field);
    if ('problem' in range) return range;
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
    any ||= range.any;
  }
  return { values, any };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly any: boolean;
}

function readRange(text: string, field: Field): Range | { readonly problem: string } {
  const [, left = '', right, every] = /^([^-/]+)(?:-([^-/]+))?(?:\/([^-/]+))?$/.exec(text) ?? [];
  const unreadable = { problem: `"${text}" is no ${field.name}` };
  const star = left === '*' || left === '?';
  const from = star ? field.min : numberOf(left, field);
  const step = every === undefined ? 1 : wholeNumber(every);
  if (from === undefined || step === undefined || (star && right !== undefined)) return unreadable;
  if (step === 0) return { problem: `"${text}" has a step of 0` };
  // `5/15` means from 5 on, every 15.
  const open = star || (right === undefined && every !== undefined);
  const to = right === undefined ? (open ? field.max : from) : numberOf(right, field);
  if (to === undefined) return unreadable;
  if (from < field.min || to > field.max) return { problem: `"${text}" is no ${field.name}: ${bounds(field)}` };
  if (from > to) return { problem: `"${text}" ends before it begins` };
  return { from, to, step, any: star && step === 1 };
}

function bounds({ min, max, name }: Field): string {
  const sunday = name === 'day of the week' ? ', and Sunday is 0' : '';
  return `they go from ${min} to ${max}${sunday}`;
}

function numberOf(text: string, { words, min }: Field): number | undefined {
  const at = words?.indexOf(text.toUpperCase()) ?? -1;
  return at >= 0 ? at + min : wholeNumber(text);
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}
