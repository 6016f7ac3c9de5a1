import { expect, test } from 'vitest';
import { aCronScale } from '../testing/builders.ts';
import { validateCronScale } from './validate.ts';

test.each(['Europe/Berlin', 'Etc/UTC', 'UTC', 'US/Eastern', 'America/Argentina/Ushuaia', 'Etc/GMT+3'])('%s', (zone) => {
  expect(validateCronScale(aCronScale(['0 8 * * *', 2, zone], ['0 9 * * *', 1, zone]))).toEqual([]);
});

test.each([
  ['Mars/Olympus', '"Mars/Olympus" is no time zone'],
  ['+01:00', '"+01:00" is no time zone'],
  ['europe/berlin', '"europe/berlin" must be written Europe/Berlin'],
])('%s is refused', (zone, message) => {
  expect(validateCronScale(aCronScale(['0 8 * * *', 2], ['0 9 * * *', 1, zone]))).toEqual([
    { path: 'spec.schedules[1].timeZone', message, hint: expect.stringContaining('IANA') },
  ]);
});

test('what is wrong with the timetable is told beside the zones', () => {
  const paths = validateCronScale(aCronScale(['0 8 * * 8', 2, 'Nowhere'], ['0 9 * * *', 1])).map(({ path }) => path);
  expect(paths).toEqual(['spec.schedules[0].timeZone', 'spec.schedules[0].cron']);
});
