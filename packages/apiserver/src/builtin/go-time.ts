import { goQuote } from '../model/go-format.ts';

/* Times as Go's time.Parse reads them and as Kubernetes writes them. */

type Element = readonly [layout: string, pattern: RegExp];

const DATE: readonly Element[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d{2}/],
  ['-', /^-/],
  ['02', /^\d{2}/],
  ['T', /^T/],
  ['15', /^\d{2}/],
  [':', /^:/],
  ['04', /^\d{2}/],
  [':', /^:/],
  ['05', /^\d{2}/],
];
const ZONE: Element = ['Z07:00', /^(Z|[+-]\d{2}:\d{2})/];
const SECONDS_LAYOUT = '2006-01-02T15:04:05Z07:00';
const MICRO_LAYOUT = '2006-01-02T15:04:05.000000Z07:00';

/** Reads an RFC 3339 time; gives it in UTC, whole seconds. Throws Error with Go's message. */
export function goTime(text: string): string {
  // Fractions are accepted here though the layout has none.
  const { date } = parse(text, SECONDS_LAYOUT, [...DATE, ['', /^([.,]\d+)?/], ZONE]);
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** Reads a time with microseconds; gives it in UTC. Throws Error with Go's message. */
export function goMicroTime(text: string): string {
  const { date, micros } = parse(text, MICRO_LAYOUT, [...DATE, ['.000000', /^\.\d{6}/], ZONE]);
  return `${date.toISOString().slice(0, 19)}.${micros}Z`;
}

function parse(text: string, layout: string, elements: readonly Element[]): { date: Date; micros: string } {
  const fail = (detail: string) => new Error(`parsing time ${goQuote(text)}${detail}`);
  let rest = text;
  const read: string[] = [];
  for (const [name, pattern] of elements) {
    const match = pattern.exec(rest);
    if (!match) throw fail(` as ${goQuote(layout)}: cannot parse ${goQuote(rest)} as ${goQuote(name)}`);
    read.push(match[0]);
    rest = rest.slice(match[0].length);
  }
  if (rest !== '') throw fail(`: extra text: ${goQuote(rest)}`);
  const [year, , month, , day, , hour, , minute, , second, fraction = '', zone = 'Z'] = read;
  const bad = outOfRange(Number(year), Number(month), Number(day), [Number(hour), Number(minute), Number(second)]);
  if (bad !== undefined) throw fail(`: ${bad} out of range`);
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  date.setTime(date.getTime() - offsetMinutes(zone) * 60_000);
  return { date, micros: fraction.slice(1, 7).padEnd(6, '0') };
}

function offsetMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}

function outOfRange(
  year: number,
  month: number,
  day: number,
  [hour = 0, minute = 0, second = 0]: number[],
): string | undefined {
  if (month < 1 || month > 12) return 'month';
  if (hour > 23) return 'hour';
  if (minute > 59) return 'minute';
  if (second > 59) return 'second';
  return day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate() ? 'day' : undefined;
}
