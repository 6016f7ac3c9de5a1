import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aCronScale } from '../testing/builders.ts';
import { parseCron } from './expression.ts';
import { type CronPlan, planOf } from './plan.ts';
import { schedulesOf } from './spec.ts';
import { DAY, WEEK } from './timetable.ts';

type Row = [cron: string, replicas: number, timeZone?: string];

const plan = (...rows: Row[]) => planOf(schedulesOf(aCronScale(...rows)));

function sound(...rows: Row[]): CronPlan {
  const found = plan(...rows);
  if ('problems' in found) throw new Error(found.problems.map(({ message }) => message).join('; '));
  return found;
}

/** `start | end | replicas` of each trigger. */
function windows(...rows: Row[]): string[] {
  return sound(...rows).triggers.map(
    ({ metadata }) => `${metadata.start} | ${metadata.end} | ${metadata.desiredReplicas}`,
  );
}

test('each schedule ends where the other one begins, in the words of the user', () => {
  expect(sound(['0 8 * * 1-5', 10, 'Europe/Berlin'], ['0 18 * * 1-5', 2, 'Europe/Berlin'])).toEqual({
    base: 2,
    most: 10,
    triggers: [
      {
        type: 'cron',
        metadata: { timezone: 'Europe/Berlin', start: '0 8 * * 1-5', end: '0 18 * * 1-5', desiredReplicas: '10' },
      },
      {
        type: 'cron',
        metadata: { timezone: 'Europe/Berlin', start: '0 18 * * 1-5', end: '0 8 * * 1-5', desiredReplicas: '2' },
      },
    ],
  });
});

test('three in a row', () => {
  expect(windows(['0 8 * * *', 10], ['0 12 * * *', 20], ['0 18 * * *', 2])).toEqual([
    '0 8 * * * | 0 12 * * * | 10',
    '0 12 * * * | 0 18 * * * | 20',
    '0 18 * * * | 0 8 * * * | 2',
  ]);
});

test('nothing is what there is outside of all windows', () => {
  expect(sound(['0 8 * * 1-5', 3], ['0 18 * * 1-5', 0])).toMatchObject({ base: 0, most: 3 });
  expect(windows(['0 8 * * 1-5', 3], ['0 18 * * 1-5', 0])).toEqual(['0 8 * * 1-5 | 0 18 * * 1-5 | 3']);
});

// KEDA would take Saturday for a part of the window: the next of its times to come is an end.
test('where times do not take turns the week is cut into windows', () => {
  expect(windows(['0 8 * * 1-5', 10], ['0 18 * * *', 2], ['0 22 * * *', 1])).toEqual([
    '0 8 * * 1-5 | 0 18 * * 1-5 | 10',
    '0 18 * * * | 0 22 * * * | 2',
  ]);
  expect(windows(['0 8 * * 1-5', 10], ['0 18 * * 1-5', 2], ['0 10 * * 6,0', 4], ['0 16 * * SAT,SUN', 1])).toEqual([
    '0 8 * * 1-5 | 0 18 * * 1-5 | 10',
    '0 18 * * 1-4 | 0 8 * * 2-5 | 2',
    '0 18 * * 5 | 0 10 * * 6 | 2',
    '0 10 * * 6,0 | 0 16 * * SAT,SUN | 4',
  ]);
});

test('of several that begin at once the one with the most replicas counts', () => {
  expect(windows(['0 8 * * *', 5], ['0 8 * * 1', 10], ['0 18 * * *', 1])).toEqual([
    '0 8 * * 0,2-6 | 0 18 * * 0,2-6 | 5',
    '0 8 * * 1 | 0 18 * * 1 | 10',
    '0 18 * * * | 0 8 * * * | 1',
  ]);
});

test('timetables of several zones stand side by side, over the higher of their floors', () => {
  const zones = sound(
    ['0 8 * * *', 5, 'Europe/Berlin'],
    ['0 18 * * *', 1, 'Europe/Berlin'],
    ['0 8 * * *', 7, 'Asia/Tokyo'],
    ['0 18 * * *', 2, 'Asia/Tokyo'],
  );
  expect(zones).toMatchObject({ base: 2, most: 7 });
  expect(zones.triggers.map(({ metadata }) => metadata.timezone)).toEqual([
    ...['Europe/Berlin', 'Europe/Berlin', 'Asia/Tokyo', 'Asia/Tokyo'],
  ]);
});

test('one schedule alone, or several of one count, never end', () => {
  expect(sound(['0 8 * * 1-5', 4])).toMatchObject({ base: 4, most: 4 });
  expect(windows(['0 8 * * 1-5', 4])).toEqual(['0 8 * * 1-5 | 59 23 * * * | 4']);
  expect(windows(['59 23 * * *', 4])).toEqual(['59 23 * * * | 58 23 * * * | 4']);
  expect(sound(['0 8 * * 1-5', 4], ['0 9 * * *', 4])).toMatchObject({ base: 4, most: 4 });
});

test('days of the month and months, where schedules take turns', () => {
  expect(windows(['0 0 1 * *', 5], ['0 0 5 * *', 1])).toEqual([
    '0 0 1 * * | 0 0 5 * * | 5',
    '0 0 5 * * | 0 0 1 * * | 1',
  ]);
});

test.each<[string, Row[], string, string]>([
  [
    'an expression',
    [
      ['0 8 * * 1-5', 1],
      ['0 25 * * *', 2],
    ],
    'spec.schedules[1].cron',
    '"25" is no hour',
  ],
  ['no replicas at all', [['0 8 * * *', 0]], 'spec.schedules', 'no schedule asks for a replica'],
  [
    'a day that never comes',
    [
      ['0 0 30 2 *', 5],
      ['0 0 1 3 *', 1],
    ],
    'spec.schedules[0].cron',
    'never comes',
  ],
  [
    'one that always gives way',
    [
      ['0 8 * * *', 5],
      ['0 8 * * 1', 2],
    ],
    'spec.schedules[1].cron',
    'never counts',
  ],
  [
    'the same twice',
    [
      ['0 8 * * *', 5],
      ['0 8 * * *', 5],
    ],
    'spec.schedules[1].cron',
    'never counts',
  ],
  [
    'a day of the month that nothing of its own ends',
    [
      ['0 0 1 * *', 5],
      ['0 18 * * *', 1],
    ],
    'spec.schedules[0].cron',
    'does not take turns with spec.schedules[1]',
  ],
  [
    'too many windows',
    [
      ['*/7 * * * *', 5],
      ['*/11 * * * *', 4],
      ['1 1 * * *', 1],
    ],
    'spec.schedules',
    'windows',
  ],
  [
    'too many times',
    [
      ['* * * 1 *', 5],
      ['*/2 * 2 * *', 1],
    ],
    'spec.schedules',
    'too many times',
  ],
])('%s is refused', (_what, rows, path, message) => {
  const found = plan(...rows);
  expect('problems' in found && found.problems[0]).toMatchObject({ path, message: expect.stringContaining(message) });
});

/** How many replicas there are at a minute of the week by KEDA's rule: in a window its end is the next to come. */
function asKedaPlays({ base, triggers }: CronPlan, now: number): number {
  const counts = triggers
    .filter(({ metadata }) => waitFor(metadata.end, now) <= waitFor(metadata.start, now))
    .map(({ metadata }) => Number(metadata.desiredReplicas));
  return Math.max(base, ...counts);
}

/** Minutes until an expression fires, later than now. */
function waitFor(cron: string, now: number): number {
  const times = timesOf(cron).map((time) => (time - now + WEEK) % WEEK || WEEK);
  return Math.min(...times);
}

const known = new Map<string, number[]>();

function timesOf(cron: string): number[] {
  const found = known.get(cron);
  if (found) return found;
  const expression = parseCron(cron);
  if ('problem' in expression) throw new Error(expression.problem);
  const times = [0, 1, 2, 3, 4, 5, 6].flatMap((weekday) =>
    expression.firesOn({ weekday, date: 1, month: 1 })
      ? expression.minutes.map((minute) => weekday * DAY + minute)
      : [],
  );
  known.set(cron, times);
  return times;
}

/** How many there should be: those of the schedule that began last, the highest of those that began at once. */
function asStated(rows: readonly Row[], now: number): number {
  const since = rows.map(([cron]) => Math.min(...timesOf(cron).map((time) => (now - time + WEEK) % WEEK)));
  const last = Math.min(...since);
  return Math.max(...rows.flatMap(([, replicas], index) => (since[index] === last ? [replicas] : [])));
}

const field = (min: number, max: number) =>
  fc.oneof(
    fc.integer({ min, max }).map(String),
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([one, other]) => {
      return `${Math.min(one, other)}-${Math.max(one, other)}`;
    }),
    fc.constant('*'),
  );
const minuteField = fc.constantFrom('0', '15', '30', '0,30');
const row: fc.Arbitrary<Row> = fc
  .tuple(minuteField, field(0, 23), field(0, 6), fc.integer({ min: 0, max: 6 }))
  .map(([minute, hour, weekday, replicas]) => [`${minute} ${hour} * * ${weekday}`, replicas]);

test('whatever the week, KEDA plays what is stated, or it is refused', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 30 }), (rows, offset) => {
      const found = plan(...rows);
      if ('problems' in found) return;
      for (let now = offset; now < WEEK; now += 15) expect(asKedaPlays(found, now)).toBe(asStated(rows, now));
    }),
    { numRuns: 40 },
  );
});
