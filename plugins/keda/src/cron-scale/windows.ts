import { DAY, type Timetable, WEEK } from './timetable.ts';

/** From when to when a row counts, as a pair of cron expressions that take turns. */
export interface Window {
  readonly start: string;
  readonly end: string;
}

/** The windows of a row; or the rows that follow on it, where no pair of expressions can say when it ends. */
export type RowWindows = readonly Window[] | { readonly followers: readonly number[] };

/**
 * When a row of a timetable counts: from each of its changes until the next change to another row. KEDA takes a moment
 * to be inside a window when the end is the next to come, so start and end must take turns. Where those of the row and
 * of the one row that follows it do, they are used as they are written (`crons`); else the week is cut into windows of
 * the same hours. A row that nothing follows has one window that is as long as the day.
 */
export function windowsOf(timetable: Timetable, row: number, crons: readonly string[]): RowWindows {
  const start = crons[row] ?? '';
  const followers = followersOf(timetable, row);
  const [follower] = followers;
  if (follower === undefined) return [wholeDay(start)];
  if (followers.length === 1 && takeTurns(timetable, row, follower)) return [{ start, end: crons[follower] ?? '' }];
  return timetable.cycle === undefined ? { followers } : windowsOfAWeek(timetable, row);
}

/** A window that nothing ends, as long as KEDA can say: it refuses an end that is written like the start. */
export function wholeDay(start: string): Window {
  const midnight = '59 23 * * *';
  return { start, end: start === midnight ? '58 23 * * *' : midnight };
}

/** The rows that come after this one, other than itself, in their order. */
function followersOf({ changes, cycle }: Timetable, row: number): number[] {
  const found = new Set<number>();
  for (const [index, change] of changes.entries()) {
    const next = changes[index + 1] ?? (cycle === undefined ? undefined : changes[0]);
    if (change.row === row && next && next.row !== row) found.add(next.row);
  }
  return [...found].sort((one, other) => one - other);
}

/** Whether each change to the row is followed by one to the other, and nothing else comes of either in between. */
function takeTurns({ changes, cycle, overridden }: Timetable, row: number, other: number): boolean {
  if (overridden.has(row) || overridden.has(other)) return false;
  const own = changes.filter((change) => change.row === row || change.row === other);
  const turns = own.every((change, index) => index === 0 || change.row !== own[index - 1]?.row);
  return turns && (cycle === undefined || own[0]?.row !== own.at(-1)?.row);
}

/** The times of the row in a week, those of the same hours and length together. */
function windowsOfAWeek({ changes }: Timetable, row: number): Window[] {
  const groups = new Map<string, { readonly from: number; readonly length: number; readonly days: number[] }>();
  for (const { from, length } of spansOf(changes, row)) {
    const key = `${from % DAY}+${length}`;
    const group = groups.get(key) ?? { from: from % DAY, length, days: [] };
    group.days.push(Math.floor(from / DAY));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ from, length, days }) => {
    const later = Math.floor((from + length) / DAY);
    const ends = days.map((day) => (day + later) % 7);
    return { start: cronOf(from, days), end: cronOf((from + length) % DAY, ends) };
  });
}

/** From each change to the row out of another one until the next change away from it, around the week. */
function spansOf(changes: Timetable['changes'], row: number) {
  return changes.flatMap(({ at, row: one }, index) => {
    const before = changes[index - 1] ?? changes.at(-1);
    if (one !== row || before?.row === row) return [];
    const around = [...changes.slice(index + 1), ...changes.slice(0, index)];
    const end = around.find((change) => change.row !== row);
    return end ? [{ from: at, length: (end.at - at + WEEK) % WEEK }] : [];
  });
}

function cronOf(minute: number, days: readonly number[]): string {
  return `${minute % 60} ${Math.floor(minute / 60)} * * ${weekdays(days)}`;
}

/** `*`, `1-5`, `0,2-4,6`. */
function weekdays(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((one, other) => one - other);
  if (sorted.length === 7) return '*';
  const runs: number[][] = [];
  for (const day of sorted) {
    const run = runs.at(-1);
    if (run?.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(','))).join(',');
}
