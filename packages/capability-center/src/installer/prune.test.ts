import { expect, test } from 'vitest';
import type { ManifestsUnitPlan, UnitPlan } from '../plan/types.ts';
import { formerUnits } from './prune.ts';

const base = { namespace: 'n', action: 'none', digest: 'd', after: [], timeoutSeconds: 1 } as const;
const map = (name: string, action: 'unchanged' | 'remove' = 'unchanged') => ({
  object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'n', name },
  action,
});
const manifests = (id: string, ...objects: ManifestsUnitPlan['objects']): UnitPlan => ({
  ...base,
  id,
  type: 'manifests',
  objects,
});
const release = (id: string, name: string): UnitPlan => ({
  ...base,
  id,
  type: 'helm',
  release: name,
  objects: [map(name)],
  hooks: [],
  chart: { name: 'c', version: '1.0.0', repository: 'https://example.org', digest: 'x', standIn: false },
});

test.each([
  { what: 'nothing that stays', before: [release('a', 'a')], now: [release('a', 'a')], gone: [] },
  {
    what: 'a unit that is left out',
    before: [release('a', 'a'), release('b', 'b')],
    now: [release('a', 'a')],
    gone: ['b'],
  },
  { what: 'a release under its former name', before: [release('a', 'old')], now: [release('a', 'new')], gone: ['a'] },
  { what: 'units in reverse order', before: [manifests('a'), manifests('b')], now: [], gone: ['b', 'a'] },
  {
    what: 'objects that manifests lack now',
    before: [manifests('a', map('kept'), map('gone'))],
    now: [manifests('a', map('kept'), map('gone', 'remove'))],
    gone: ['a: gone'],
  },
])('removes $what', ({ before, now, gone }) => {
  const found = formerUnits(before, now).map((unit) =>
    unit.type === 'manifests' && unit.objects.length > 0
      ? `${unit.id}: ${unit.objects.map(({ object }) => object.name).join()}`
      : unit.id,
  );
  expect(found).toEqual(gone);
});
