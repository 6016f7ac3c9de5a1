import type { DecisionProblem } from '@capstan/core';
import { parseDocuments } from '@capstan/oam-model';
import { expect, test } from 'vitest';
import { problemSource } from './problem-source.ts';

const TEXT = `apiVersion: core.oam.dev/v1alpha2
kind: Component
metadata: {name: web}
spec:
  workload:
    kind: Server
    spec:
      port: 80
---
apiVersion: core.oam.dev/v1alpha2
kind: ApplicationConfiguration
metadata: {name: shop}
spec:
  components:
    - componentName: web
      traits:
        - trait: {kind: Route, spec: {}}
        - trait:
            kind: Cron
            spec:
              schedules:
                - cron: 0 25 * * *
        - trait: {kind: Twice}
        - trait: {kind: Twice}
    - componentName: elsewhere
      instanceName: api
`;
const { documents } = parseDocuments(TEXT, 'shop.yaml');
const CRON = { reason: 'InvalidTrait', kind: 'Cron', component: 'web' } as const;

test.each<[string, Omit<DecisionProblem, 'message'>, number | undefined]>([
  ['a field of a trait', { ...CRON, path: 'spec.schedules[0].cron' }, 22],
  ['a field that is not written: what it would stand in', { ...CRON, path: 'spec.zone' }, 20],
  ['a path that is none', { ...CRON, path: 'spec[' }, 18],
  ['one of two traits of a kind: their component', { ...CRON, kind: 'Twice', path: 'spec.a' }, 15],
  ['a field of a workload', { reason: 'InvalidWorkload', kind: 'Server', component: 'web', path: 'spec.port' }, 8],
  ['a workload of another file', { reason: 'InvalidWorkload', component: 'api', path: 'spec.port' }, 25],
  ['another reason', { reason: 'TraitNotApplicable', component: 'web' }, 15],
  ['a component that is not there', { ...CRON, component: 'none' }, undefined],
  ['no component', { reason: 'DependencyCycle' }, undefined],
])('the place of %s', (_, problem, line) => {
  expect(problemSource({ ...problem, message: '' }, 'shop', documents)?.line).toBe(line);
  expect(problemSource({ ...problem, message: '' }, 'other', documents)).toBeUndefined();
});
