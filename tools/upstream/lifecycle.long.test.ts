import { expect, test } from 'vitest';
import { liveThrough } from './lifecycle.ts';
import { planLives } from './plan.ts';
import { STAND_INS, upstreamCharts } from './sources.ts';

const { requests, missing } = await planLives(upstreamCharts() ?? STAND_INS, ['embedded', 'real']);

test('there is a chart for every package', () => {
  expect(missing).toEqual([]);
});

test.each(requests.map((request) => [`${request.name} on ${request.engine}`, request] as const))(
  '%s is installed, upgraded, rolled back and uninstalled, and leaves nothing that was not told',
  async (_what, request) => {
    const { results } = await liveThrough(request);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.map(({ step }) => step)).toContain('rollback');
  },
  900_000,
);
