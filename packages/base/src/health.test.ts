import { expect, test } from 'vitest';
import { type HealthStatus, worstHealth } from './health.ts';

test.each<[HealthStatus[], HealthStatus]>([
  [[], 'ready'],
  [['ready', 'unknown'], 'unknown'],
  [['unknown', 'progressing', 'ready'], 'progressing'],
  [['progressing', 'degraded', 'unknown'], 'degraded'],
])('of %j the worst is %s', (statuses, worst) => {
  expect(worstHealth(statuses.map((status) => ({ status, reason: status }))).status).toBe(worst);
});

test('of equals the first tells the reason', () => {
  const healths = [
    { status: 'degraded', reason: 'First' },
    { status: 'degraded', reason: 'Second' },
  ] as const;
  expect(worstHealth(healths).reason).toBe('First');
});
