import { expect, test } from 'vitest';
import { humanDuration, since } from './duration.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [-2 * SECOND, '<invalid>'],
  [-1.5 * SECOND, '0s'],
  [-0.5 * SECOND, '0s'],
  [1.9 * SECOND, '1s'],
  [119 * SECOND, '119s'],
  [120 * SECOND, '2m'],
  [2 * MINUTE + SECOND, '2m1s'],
  [9 * MINUTE + 59 * SECOND, '9m59s'],
  [10 * MINUTE + SECOND, '10m'],
  [179 * MINUTE, '179m'],
  [3 * HOUR, '3h'],
  [3 * HOUR + MINUTE, '3h1m'],
  [8 * HOUR + 59 * MINUTE, '8h'],
  [47 * HOUR, '47h'],
  [48 * HOUR, '2d'],
  [49 * HOUR, '2d1h'],
  [8 * DAY, '8d'],
  [2 * 365 * DAY - HOUR, '729d'],
  [2 * 365 * DAY, '2y'],
  [2 * 365 * DAY + DAY, '2y1d'],
  [8 * 365 * DAY + 3 * DAY, '8y'],
])('%d ms is %s', (milliseconds, text) => {
  expect(humanDuration(milliseconds)).toBe(text);
});

test('no timestamp has no age', () => {
  expect(since(undefined, 0)).toBe('<unknown>');
  expect(since('', 0)).toBe('<unknown>');
  expect(since('1970-01-01T00:00:00Z', 5000)).toBe('5s');
});
