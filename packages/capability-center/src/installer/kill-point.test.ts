import { afterEach, expect, test, vi } from 'vitest';
import { killSwitch } from './kill-point.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function kills(text: string | undefined, operation: 'install' | 'revert', moments: readonly string[]): number {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const at = killSwitch(operation, { CAPSTAN_TEST_KILL_AT: text });
  const passed = moments.findIndex((moment) => {
    const [step, when] = moment.split(' ');
    at(step as 'unit', when as 'before');
    return kill.mock.calls.length > 0;
  });
  return passed;
}

const MOMENTS = [
  'crd before',
  'crd between',
  'unit before',
  'unit between',
  'unit after',
  'unit between',
  'unit after',
];

test.each([
  { text: undefined, operation: 'install', dies: -1 },
  { text: 'install:unit', operation: 'install', dies: 3 },
  { text: 'install:unit:before', operation: 'install', dies: 2 },
  { text: 'install:unit:after:2', operation: 'install', dies: 6 },
  { text: 'install:unit:2', operation: 'install', dies: 5 },
  { text: 'install:unit', operation: 'revert', dies: -1 },
  { text: 'revert:crd', operation: 'revert', dies: 1 },
  { text: 'install:unit:sometimes', operation: 'install', dies: -1 },
] as const)('$text ends a run of $operation at moment $dies', ({ text, operation, dies }) => {
  expect(kills(text, operation, MOMENTS)).toBe(dies);
});
