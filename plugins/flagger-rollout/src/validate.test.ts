import { expect, test } from 'vitest';
import { aRollout } from './testing/builders.ts';
import { SOUND_SPECS, WRONG_SPECS } from './testing/wrong-specs.ts';
import { validateRollout } from './validate.ts';

test.each(WRONG_SPECS)('%s is one problem, at its field', (_what, spec, path) => {
  expect(validateRollout(aRollout(spec))).toEqual([expect.objectContaining({ path: expect.stringContaining(path) })]);
});

test.each(SOUND_SPECS)('%s is fine', (_what, spec) => {
  expect(validateRollout(aRollout(spec))).toEqual([]);
});

// What splits the traffic would refuse it, long after the Canary was taken.
test('a header that is matched by no regular expression is refused by name', () => {
  const match = [{ headers: { 'x-canary': { regex: '^(a|b)$' } } }, { headers: { 'x-canary': { regex: '*beta' } } }];
  expect(validateRollout(aRollout({ strategy: 'ab-test', match }))).toMatchObject([
    { path: 'spec.match[1].headers.x-canary.regex', message: expect.stringContaining('"*" with nothing before it') },
  ]);
});

test.each([0, -1, 70_000, '', '8080', 'Http', 'http_1', 'x'.repeat(16), 'a--b'])(
  'a target port of %j is none',
  (targetPort) => {
    expect(validateRollout(aRollout({ targetPort }))).toMatchObject([
      { path: 'spec.targetPort', message: expect.stringContaining(JSON.stringify(targetPort)) },
    ]);
  },
);

test.each([1, 8080, 65_535, 'http', 'h2', '8080-tcp', 'x'.repeat(15)])('a target port of %j is sound', (targetPort) => {
  expect(validateRollout(aRollout({ targetPort }))).toEqual([]);
});
