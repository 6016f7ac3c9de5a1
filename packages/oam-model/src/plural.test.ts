import { expect, test } from 'vitest';
import { guessPlural, resourceNameOf } from './plural.ts';

test.each([
  ['Deployment', 'deployments'],
  ['Ingress', 'ingresses'],
  ['NetworkPolicy', 'networkpolicies'],
  ['Endpoints', 'endpoints'],
])('the plural of %s is %s', (kind, plural) => {
  expect(guessPlural(kind)).toBe(plural);
});

test.each([
  ['apps/v1', 'deployments.apps'],
  ['v1', 'deployments.'],
])('a Deployment of %s is named %s', (apiVersion, name) => {
  expect(resourceNameOf({ apiVersion, kind: 'Deployment' })).toBe(name);
});
