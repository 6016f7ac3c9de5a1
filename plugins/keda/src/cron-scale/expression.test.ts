import { expect, test } from 'vitest';
import { parseCron } from './expression.ts';

function parsed(text: string) {
  const expression = parseCron(text);
  if ('problem' in expression) throw new Error(expression.problem);
  return expression;
}

const day = (weekday: number, date = 2, month = 1) => ({ weekday, date, month });

test.each<[string, number[]]>([
  ['0 8 * * *', [480]],
  ['  30   7,19 * * * ', [450, 1170]],
  ['0 8-10 * * *', [480, 540, 600]],
  ['*/30 0 * * *', [0, 30]],
  ['5/20 0 * * *', [5, 25, 45]],
  ['10-30/10 0 ? * ?', [10, 20, 30]],
])('the minutes of %s', (text, minutes) => {
  expect(parsed(text).minutes).toEqual(minutes);
});

test('days of the week are numbers from Sunday on, or names', () => {
  const [numbers, names] = [parsed('0 8 * * 1-5'), parsed('0 8 * * MON-fri')];
  for (const one of [0, 1, 2, 3, 4, 5, 6]) {
    expect(numbers.firesOn(day(one))).toBe(one > 0 && one < 6);
    expect(names.firesOn(day(one))).toBe(numbers.firesOn(day(one)));
  }
  expect(numbers.weekly).toBe(true);
});

test('days of the month and months', () => {
  const christmas = parsed('0 0 24-26 DEC *');
  expect(christmas.firesOn(day(3, 25, 12))).toBe(true);
  expect(christmas.firesOn(day(3, 25, 11))).toBe(false);
  expect(christmas.weekly).toBe(false);
});

test('where both days are restricted one is enough, but not where one of them is any', () => {
  expect(parsed('0 0 13 * 5').firesOn(day(1, 13))).toBe(true);
  expect(parsed('0 0 13 * 5').firesOn(day(5, 1))).toBe(true);
  expect(parsed('0 0 13 * *').firesOn(day(5, 1))).toBe(false);
  // A step is a restriction: */2 is not "any".
  expect(parsed('0 0 */2 * 5').firesOn(day(5, 2))).toBe(true);
});

test.each([
  ['', 'needs five fields (minute, hour, day, month, weekday) and has 0'],
  ['@daily', 'has 1'],
  ['0 0 8 * * 1', 'has 6'],
  ['60 8 * * *', '"60" is no minute: they go from 0 to 59'],
  ['0 24 * * *', '"24" is no hour'],
  ['0 8 0 * *', '"0" is no day of the month'],
  ['0 8 * 13 *', '"13" is no month'],
  ['0 8 * * 7', '"7" is no day of the week: they go from 0 to 6, and Sunday is 0'],
  ['0 8 * * MONDAY', '"MONDAY" is no day of the week'],
  ['0 8 * * 5-1', '"5-1" ends before it begins'],
  ['*/0 8 * * *', '"*/0" has a step of 0'],
  ['*-5 8 * * *', '"*-5" is no minute'],
  ['1,,2 8 * * *', '"" is no minute'],
  ['0 8 L * *', '"L" is no day of the month'],
  ['-1 8 * * *', '"-1" is no minute'],
])('"%s" is refused', (text, problem) => {
  expect(parseCron(text)).toEqual({ problem: expect.stringContaining(problem) });
});
