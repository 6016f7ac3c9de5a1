import { expect, test } from 'vitest';
import { checkRollout } from './check.ts';
import { renderRollout } from './render.ts';
import { anInput, aRollout } from './testing/builders.ts';
import { validateRollout } from './validate.ts';

// Each test has the id that contracts/rollout.yaml gives to a feature: capability.yaml claims them by it.

function analysis(spec: object): unknown {
  const input = anInput(aRollout(spec));
  expect([...validateRollout(input.trait), ...checkRollout(input)]).toEqual([]);
  const canary = renderRollout(input).find(({ kind }) => kind === 'Canary');
  expect(canary?.['spec']).toMatchObject({ revertOnDeletion: true });
  return (canary?.['spec'] as { analysis: unknown } | undefined)?.analysis;
}

test('rollout/canary', () => {
  expect(analysis({ stepWeight: 5, maxWeight: 25 })).toMatchObject({ stepWeight: 5, maxWeight: 25 });
});

test('rollout/ab-test', () => {
  const match = [{ headers: { 'x-canary': { exact: 'insider' } } }];
  expect(analysis({ strategy: 'ab-test', match })).toMatchObject({ iterations: 10, match });
});

test('rollout/blue-green', () => {
  expect(analysis({ strategy: 'blue-green', iterations: 3 })).toMatchObject({ iterations: 3 });
});

test('rollout/metric-checks', () => {
  expect(analysis({ metrics: { successRate: 95, latencyMs: 250 } })).toMatchObject({
    metrics: [
      { name: 'request-success-rate', thresholdRange: { min: 95 } },
      { name: 'request-duration', thresholdRange: { max: 250 } },
    ],
  });
});

test('rollout/load-test', () => {
  expect(analysis({ loadTest: {} })).toMatchObject({ webhooks: [{ name: 'load-test', type: 'rollout' }] });
});

test('rollout/hooks', () => {
  const hook = { name: 'gate', type: 'confirm-promotion', url: 'http://gate.shop/' };
  expect(analysis({ webhooks: [hook] })).toMatchObject({ webhooks: [hook] });
});
