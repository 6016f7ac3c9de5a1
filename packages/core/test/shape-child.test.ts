import type { KubernetesObject } from '@capstan/base';
import type { TraitContribution } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { decideApplication } from '../src/index.ts';
import { aComponent, anApplication, anAutoscale, autoscaler, observed } from './builders.ts';

const LABEL = 'example.dev/marked';

/** Marks every child of the workload that is a Deployment. */
const marker: TraitContribution = {
  ...autoscaler,
  shapeChild: (child) =>
    child.kind === 'Deployment'
      ? { ...child, metadata: { ...child.metadata, annotations: { [LABEL]: 'yes' } } }
      : child,
};

test('a trait shapes what the workload renders, and other traits see it so', () => {
  let seen: readonly KubernetesObject[] = [];
  const looking: TraitContribution = {
    ...marker,
    render: ({ children }) => {
      seen = children;
      return [];
    },
  };
  const { problems, objects } = decideApplication(
    observed({
      application: anApplication([{ componentName: 'web', traits: [anAutoscale()] }]),
      components: [aComponent('web', { port: 80 })],
      traits: [looking],
    }),
  );
  const marked = (all: readonly KubernetesObject[]) =>
    all.filter(({ metadata }) => metadata.annotations?.[LABEL]).map(({ kind }) => kind);
  expect(problems).toEqual([]);
  expect(marked(objects.map(({ object }) => object))).toEqual(['Deployment']);
  expect(marked(seen)).toEqual(['Deployment']);
});
