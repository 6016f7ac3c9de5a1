import type { CronExpression } from './expression.ts';

/** A schedule of one time zone. */
export interface TimetableRow {
  readonly expression: CronExpression;
  readonly replicas: number;
}

/** Which row takes over at which minute. */
interface Change {
  /** Minutes since the timetable's first midnight. */
  readonly at: number;
  readonly row: number;
}

/** What rows do in the order of time. */
export interface Timetable {
  readonly changes: readonly Change[];
  /** Minutes after which it begins again; undefined where days of the month or months matter. */
  readonly cycle: number | undefined;
  /** Rows that somewhere give way to another one of the same minute. */
  readonly overridden: ReadonlySet<number>;
}

/** Minutes of a day. */
export const DAY = 24 * 60;

/** Minutes of a week. */
export const WEEK = 7 * DAY;

/** Long enough for every 29 February to come twice, and for days of the month to meet all days of the week. */
const YEARS = 8;
const FIRST_YEAR = 2024;
const MOST_CHANGES = 100_000;

/**
 * The changes of rows that share a time zone: of a week where only days of the week matter, which then repeats, else of
 * eight years. Of rows that name the same minute the one with the most replicas counts, and of equal ones the first.
 * Undefined where there are too many changes to look at.
 */
export function timetableOf(rows: readonly TimetableRow[]): Timetable | undefined {
  const weekly = rows.every(({ expression }) => expression.weekly);
  const changes: Change[] = [];
  const overridden = new Set<number>();
  for (const [index, day] of (weekly ? daysOfAWeek() : daysOfYears()).entries()) {
    const ofDay = changesOf(rows, day, overridden);
    changes.push(...ofDay.map(([minute, row]) => ({ at: index * DAY + minute, row })));
    if (changes.length > MOST_CHANGES) return undefined;
  }
  return { changes, cycle: weekly ? WEEK : undefined, overridden };
}

/** The minutes of a day at which a row takes over, in their order; adds the rows that give way to `overridden`. */
function changesOf(rows: readonly TimetableRow[], day: Day, overridden: Set<number>): [minute: number, row: number][] {
  const winners = new Map<number, number>();
  for (const [row, { expression, replicas }] of rows.entries()) {
    for (const minute of expression.firesOn(day) ? expression.minutes : []) {
      const other = winners.get(minute);
      const wins = other === undefined || replicas > (rows[other]?.replicas ?? 0);
      if (wins) winners.set(minute, row);
      if (other !== undefined) overridden.add(wins ? other : row);
    }
  }
  return [...winners].sort(([one], [other]) => one - other);
}

type Day = Parameters<CronExpression['firesOn']>[0];

/** From Sunday on. Date and month are of no account. */
function daysOfAWeek(): Day[] {
  return [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ month: 1, date: 1, weekday }));
}

function daysOfYears(): Day[] {
  const days: Day[] = [];
  const end = Date.UTC(FIRST_YEAR + YEARS, 0, 1);
  for (let time = Date.UTC(FIRST_YEAR, 0, 1); time < end; time += DAY * 60_000) {
    const date = new Date(time);
    days.push({ month: date.getUTCMonth() + 1, date: date.getUTCDate(), weekday: date.getUTCDay() });
  }
  return days;
}
