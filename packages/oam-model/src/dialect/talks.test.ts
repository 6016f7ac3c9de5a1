import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { aComponent } from '../../test/builders.ts';
import { catalog, DEPLOYMENT, KNATIVE, normalize, said, traitsOf } from '../../test/dialect.ts';
import { parseDocuments } from '../files/documents.ts';
import type { ApplicationConfiguration, Component, Definition } from '../kinds/index.ts';

/** The file of a talk, with the Components that it lacks. */
function talk(file: string, extra: readonly Component[] = []) {
  const text = readFileSync(new URL(`../testdata/${file}`, import.meta.url), 'utf8');
  const objects = parseDocuments(text, file).documents.map(({ object }) => object);
  const application = objects.find(({ kind }) => kind === 'ApplicationConfiguration') as ApplicationConfiguration;
  const components = [...extra, ...(objects.filter(({ kind }) => kind === 'Component') as Component[])];
  const definitions = objects.filter(({ kind }) => kind.endsWith('Definition')) as Definition[];
  return normalize(application, components, { ...catalog, definitions: [...catalog.definitions, ...definitions] });
}

describe('the applications of the talks', () => {
  test('helloworld', () => {
    const redis = aComponent('redis', DEPLOYMENT);
    const result = talk('helloworld.yaml', [redis]);
    const scopeRef = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'NetworkScope', name: 'my-vpc-network-X' };
    expect(result.application.spec).toEqual({
      components: [
        {
          componentName: 'web-service',
          instanceName: 'frontend',
          dependencies: ['backend'],
          traits: [
            {
              trait: {
                apiVersion: 'keda.sh/v1alpha1',
                kind: 'ScaledObject',
                spec: { maxReplicaCount: 4, triggers: [{ type: 'redis' }] },
              },
            },
            { trait: { apiVersion: 'extended.oam.dev/v1', kind: 'Route', spec: { traffic: null } } },
          ],
          scopes: [{ scopeRef }],
        },
        { componentName: 'redis', instanceName: 'backend', scopes: [{ scopeRef }] },
      ],
    });
    expect(result.components.get('web-service')?.metadata).toEqual({
      name: 'web-service',
      annotations: { version: 'v0.3.0', description: 'Knative workload' },
    });
    expect(result.problems).toEqual([]);
    expect(said(result.warnings)).toEqual([
      'metadata.version: metadata.version is read as the annotation version',
      'metadata.description: metadata.description is read as the annotation description',
      'spec.components[0].scopes[0].scope: scope is read as scopeRef',
      'spec.components[0].scopes[0].scope.kind: core.oam.dev/v1alpha2 Network is read as core.oam.dev/v1alpha2 NetworkScope',
      'spec.components[0].traits[0].trait.apiVersion: keda.k8s.io/v1alpha1 ScaledObject is read as keda.sh/v1alpha1 ScaledObject',
      'spec.components[1].scopes[0].scope: scope is read as scopeRef',
      'spec.components[1].scopes[0].scope.kind: core.oam.dev/v1alpha2 Network is read as core.oam.dev/v1alpha2 NetworkScope',
    ]);
    expect(result.warnings[0]?.component).toBe('web-service');
  });

  test('stateful: a trait of the application goes to every component', () => {
    const result = talk('stateful-app.yaml', [
      aComponent('nginx-deployment', DEPLOYMENT),
      aComponent('postgres-operator', DEPLOYMENT),
    ]);
    const scaler = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ManualScalerTrait', spec: { replicaCount: 2 } };
    expect(result.application.spec).toEqual({
      components: [
        { componentName: 'nginx-deployment', traits: [{ trait: scaler }] },
        { componentName: 'postgres-operator', traits: [{ trait: scaler }] },
      ],
    });
    expect(result.problems).toEqual([]);
    expect(said(result.warnings)).toEqual([
      'spec.traits[0].trait.kind: core.oam.dev/v1alpha2 ManualScaler is read as core.oam.dev/v1alpha2 ManualScalerTrait',
    ]);
  });

  test('stateless', () => {
    const result = talk('stateless-app.yaml', [aComponent('nginx-deployment', DEPLOYMENT)]);
    expect(traitsOf(result)).toEqual([
      [{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', spec: { minReplicas: 1, maxReplicas: 10 } }],
    ]);
    expect(result.problems).toEqual([]);
    expect(result.warnings).toHaveLength(1);
  });

  test('serverless: the Autoscaler becomes the annotations that Knative reads', () => {
    const result = talk('serverless-app.yaml', [aComponent('knative-svc', KNATIVE)]);
    expect(result.application.spec).toEqual({
      components: [
        {
          componentName: 'knative-svc',
          overrides: [
            { fieldPath: 'spec.template.metadata.annotations[autoscaling.knative.dev/min-scale]', value: '0' },
            { fieldPath: 'spec.template.metadata.annotations[autoscaling.knative.dev/max-scale]', value: '100' },
          ],
        },
      ],
    });
    expect(result.problems).toEqual([]);
    expect(said(result.warnings)).toEqual([
      "spec.traits[0].trait.apiVersion: autoscaling.knative.dev/v1 Autoscaler is read as annotations autoscaling.knative.dev/min-scale and max-scale of the workload's spec.template",
    ]);
  });

  test('serverless on a Deployment is a problem, and nothing is lost', () => {
    const result = talk('serverless-app.yaml', [aComponent('knative-svc', DEPLOYMENT)]);
    expect(said(result.problems)).toEqual([
      'spec.traits[0].trait: autoscaling.knative.dev/v1 Autoscaler applies to no component of the application',
    ]);
  });
});
