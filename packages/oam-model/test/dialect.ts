import type { KubernetesObject } from '@capstan/base';
import { expect } from 'vitest';
import { normalizeApplication } from '../src/dialect/normalize.ts';
import type { ApplicationConfiguration, Component } from '../src/kinds/index.ts';
import { aCatalog, aComponent, aCrd, aTraitDefinition, aWorkloadDefinition } from './builders.ts';

/** The kind of most workloads here. */
export const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment' };
/** The kind that Autoscalers speak to. */
export const KNATIVE = { apiVersion: 'serving.knative.dev/v1', kind: 'Service' };

/** What is installed. */
export const catalog = aCatalog(
  [
    aTraitDefinition('manualscalertraits.core.oam.dev', { appliesToWorkloads: ['deployments.apps'] }),
    aTraitDefinition('horizontalpodautoscalers.autoscaling'),
    aTraitDefinition('scaledobjects.keda.sh', { conflictsWith: ['horizontalpodautoscalers.autoscaling'] }),
    aTraitDefinition('routes.extended.oam.dev'),
    aTraitDefinition('autoscales.traits.capstan.dev'),
    aTraitDefinition('footrait', { definitionRef: { name: 'foos.example.com' } }),
    aWorkloadDefinition('deployments.apps'),
  ],
  [
    aCrd('scaledobjects.keda.sh', 'ScaledObject', ['v1alpha1']),
    aCrd('routes.extended.oam.dev', 'Route', ['v1']),
    aCrd('autoscales.traits.capstan.dev', 'Autoscale', ['v1alpha1']),
    aCrd('foos.example.com', 'Foo', ['v1', 'v2']),
  ],
);

/** The application in canonical form; what is given must not change. */
export function normalize(
  application: ApplicationConfiguration,
  components: readonly Component[] = [],
  from = catalog,
) {
  const input = {
    application,
    components: new Map(components.map((each) => [each.metadata.name, each])),
    catalog: from,
  };
  const before = structuredClone(input.application);
  const result = normalizeApplication(input);
  expect(input.application).toEqual(before);
  return result;
}

/** The trait objects of each entry. */
export const traitsOf = (result: ReturnType<typeof normalize>) =>
  result.application.spec.components.map(({ traits = [] }) => traits.map(({ trait }) => trait));
/** What was said, as `path: message`. */
export const said = (messages: readonly { path: string; message: string }[]) =>
  messages.map(({ path, message }) => `${path}: ${message}`);

/** A trait as it is written: without metadata. */
export const aTrait = (apiVersion: string, kind: string, spec: object = {}) => ({ apiVersion, kind, spec }) as never;
/** A ManualScalerTrait. */
export const scaler = (name?: string, replicaCount = 1): KubernetesObject =>
  ({
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ManualScalerTrait',
    ...(name ? { metadata: { name } } : {}),
    spec: { replicaCount },
  }) as never;
/** A Component with a Deployment. */
export const web = aComponent('web', DEPLOYMENT);
/** A Component with a StatefulSet. */
export const db = aComponent('db', { apiVersion: 'apps/v1', kind: 'StatefulSet' });
