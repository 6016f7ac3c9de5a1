import type { KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { letCanaryGo } from './let-go.ts';
import { aDeployment } from './testing/builders.ts';

const aCanary = (revertOnDeletion: boolean): KubernetesObject => ({
  apiVersion: 'flagger.app/v1beta1',
  kind: 'Canary',
  metadata: { name: 'frontend' },
  spec: { revertOnDeletion },
});

test('every other attempt lets Flagger see a change', () => {
  expect(letCanaryGo(aCanary(true), 0)).toEqual({ spec: { revertOnDeletion: false } });
  expect(letCanaryGo(aCanary(false), 0)).toBeUndefined();
  expect(letCanaryGo(aCanary(false), 1)).toEqual({ spec: { revertOnDeletion: true } });
  expect(letCanaryGo(aCanary(true), 2)).toEqual({ spec: { revertOnDeletion: false } });
});

test('objects of others are left alone', () => {
  expect(letCanaryGo(aDeployment(), 0)).toBeUndefined();
});
