import { expect, test } from 'vitest';
import { NOW } from '../testing/builders.ts';
import { parseSchedule, timeIn } from './schedule.ts';

// NOW is noon of a Thursday.
test.each([
  ['*/5 * * * *', '2026-01-01T12:05:00Z'],
  ['30 4 * * *', '2026-01-02T04:30:00Z'],
  ['0 0 * * MON', '2026-01-05T00:00:00Z'],
  ['0 0 13 * FRI', '2026-01-02T00:00:00Z'],
  ['@hourly', '2026-01-01T13:00:00Z'],
  ['@every 1h30m', '2026-01-01T13:30:00Z'],
])('%s', (schedule, next) => {
  expect(parseSchedule(schedule).next(NOW)).toBe(Date.parse(next));
});

test('a time zone moves the schedule', () => {
  expect(parseSchedule('0 9 * * *', 'America/New_York').next(NOW)).toBe(Date.parse('2026-01-01T14:00:00Z'));
  expect(timeIn('America/New_York', NOW)).toBe('2026-01-01T07:00:00-05:00');
  expect(timeIn(undefined, NOW)).toBe('2026-01-01T12:00:00Z');
});

test.each(['', 'nonsense', '* * * * * *', '61 * * * *'])('%j is refused', (schedule) => {
  expect(() => parseSchedule(schedule)).toThrow();
});

test('a day that never comes is never due', () => {
  expect(parseSchedule('0 0 31 2 *').next(NOW)).toBeUndefined();
});
