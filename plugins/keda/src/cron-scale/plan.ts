import type { Problem } from '@capstan/plugin-api';
import { type CronExpression, parseCron } from './expression.ts';
import type { Schedule } from './spec.ts';
import { timetableOf } from './timetable.ts';
import { type Window, wholeDay, windowsOf } from './windows.ts';

/** A trigger of KEDA's scaler `cron`. Every value is text. */
export interface CronTrigger {
  readonly type: 'cron';
  readonly metadata: {
    readonly timezone: string;
    readonly start: string;
    readonly end: string;
    readonly desiredReplicas: string;
  };
}

/** Schedules as KEDA can play them. */
export interface CronPlan {
  /** What is kept whatever the triggers say: no moment of any timetable asks for less. */
  readonly base: number;
  readonly most: number;
  readonly triggers: readonly CronTrigger[];
}

/** KEDA looks at each of them every half minute, and each is a metric of the autoscaler. */
const MOST_TRIGGERS = 50;

/**
 * What the schedules come to. Those of one time zone make one timetable: each counts from the minute that its cron names
 * until another one of the timetable begins. Timetables of several zones stand side by side, and the highest count wins.
 * The least that a timetable ever asks for needs no window; the highest of these is the base. Answers with problems where
 * an expression cannot be read, or KEDA cannot play the schedules.
 */
export function planOf(schedules: readonly Schedule[]): CronPlan | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const zones = new Map<string, Row[]>();
  for (const [index, { cron, timeZone, replicas }] of schedules.entries()) {
    const expression = parseCron(cron);
    if ('problem' in expression) problems.push(wrongCron(index, expression.problem));
    else zones.set(timeZone, [...(zones.get(timeZone) ?? []), { index, cron: fieldsOf(cron), expression, replicas }]);
  }
  if (problems.length > 0) return { problems };
  const counts = schedules.map(({ replicas }) => replicas);
  const most = Math.max(...counts);
  if (most === 0) return { problems: [{ path: 'spec.schedules', message: 'no schedule asks for a replica' }] };
  const floors = [...zones.values()].map((rows) => Math.min(...rows.map(({ replicas }) => replicas)));
  const base = Math.max(...floors);
  const needed = [...zones].flatMap(([timeZone, rows]) => triggersOf(timeZone, rows, base, problems));
  if (problems.length > 0) return { problems };
  if (needed.length > MOST_TRIGGERS) {
    const message = `come to ${needed.length} windows, and KEDA is given ${MOST_TRIGGERS} at most`;
    return {
      problems: [{ path: 'spec.schedules', message, hint: 'Use fewer times, or the same times on more days.' }],
    };
  }
  // Where the count never changes the base says it all, but KEDA wants a trigger.
  const [first] = schedules;
  const triggers = needed.length > 0 || !first ? needed : [triggerOf(first, wholeDay(fieldsOf(first.cron)))];
  return { base, most, triggers };
}

function triggerOf({ timeZone, replicas }: Omit<Schedule, 'cron'>, { start, end }: Window): CronTrigger {
  return { type: 'cron', metadata: { timezone: timeZone, start, end, desiredReplicas: String(replicas) } };
}

/** A schedule of one time zone, with its place in the trait. */
interface Row {
  readonly index: number;
  readonly cron: string;
  readonly expression: CronExpression;
  readonly replicas: number;
}

function triggersOf(timeZone: string, rows: readonly Row[], base: number, problems: Problem[]): CronTrigger[] {
  const timetable = timetableOf(rows);
  if (!timetable) {
    const message = `name too many times: with days of the month or months, each should name a few a day`;
    problems.push({ path: 'spec.schedules', message });
    return [];
  }
  const crons = rows.map(({ cron }) => cron);
  return rows.flatMap(({ index, replicas }, row) => {
    if (!timetable.changes.some((change) => change.row === row)) {
      problems.push(neverCounts(index, timetable.overridden.has(row)));
      return [];
    }
    // Nothing is what there is outside of all windows, and KEDA takes no 0.
    if (replicas === 0) return [];
    const windows = windowsOf(timetable, row, crons);
    // What the base keeps anyway is only told where that takes one trigger.
    if (replicas <= base && ('followers' in windows || windows.length > 1)) return [];
    if ('followers' in windows) {
      const others = windows.followers.map((other) => rows[other]?.index ?? other);
      problems.push(endsUnclear(index, others));
      return [];
    }
    return windows.map((window) => triggerOf({ timeZone, replicas }, window));
  });
}

function fieldsOf(cron: string): string {
  return cron.trim().split(/\s+/).join(' ');
}

function wrongCron(index: number, message: string): Problem {
  const hint = 'For example "0 8 * * 1-5": at 8:00 from Monday to Friday.';
  return { path: `spec.schedules[${index}].cron`, message, hint };
}

function neverCounts(index: number, overridden: boolean): Problem {
  const message = overridden
    ? 'never counts: whenever it begins, another schedule with as many or more replicas begins too'
    : 'names a time that never comes';
  return { path: `spec.schedules[${index}].cron`, message };
}

function endsUnclear(index: number, followers: readonly number[]): Problem {
  const others = followers.map((other) => `spec.schedules[${other}]`).join(' and ');
  return {
    path: `spec.schedules[${index}].cron`,
    message: `does not take turns with ${others}: with days of the month or months, KEDA can tell the end of a schedule only by one other that begins once after each of its times`,
    hint: 'Use days of the week, or write the windows yourself: trait autoscale with triggers of type cron.',
  };
}
