import { expect, test } from 'vitest';
import { findCondition, setCondition } from './conditions.ts';

const ready = { type: 'Ready', status: 'True', reason: 'Done', message: '' } as const;

test('a condition gets the generation and keeps its transition time while the status stays', () => {
  const first = setCondition([], ready, { generation: 1, now: Date.UTC(2026, 0, 1, 12, 0, 0, 500) });
  expect(first).toEqual([{ ...ready, observedGeneration: 1, lastTransitionTime: '2026-01-01T12:00:00Z' }]);
  const second = setCondition(first, { ...ready, reason: 'Other' }, { generation: 2, now: Date.UTC(2026, 0, 2) });
  expect(second).toEqual([
    { ...ready, reason: 'Other', observedGeneration: 2, lastTransitionTime: '2026-01-01T12:00:00Z' },
  ]);
  const third = setCondition(second, { ...ready, status: 'False' }, { generation: 2, now: Date.UTC(2026, 0, 3) });
  expect(third[0]?.lastTransitionTime).toBe('2026-01-03T00:00:00Z');
});

test('other conditions keep their place, and the input is left alone', () => {
  const list = [ready, { ...ready, type: 'Synced' }].map((one) => ({ ...one, lastTransitionTime: 'then' }));
  const next = setCondition(list, { ...ready, status: 'False' }, { now: 0 });
  expect(next.map((one) => `${one.type}=${one.status}`)).toEqual(['Ready=False', 'Synced=True']);
  expect(findCondition(list, 'Ready')?.status).toBe('True');
  expect(next[0]).not.toHaveProperty('observedGeneration');
});
