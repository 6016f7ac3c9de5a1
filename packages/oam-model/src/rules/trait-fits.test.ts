import { expect, test } from 'vitest';
import { aCatalog, aTraitDefinition, aWorkloadDefinition } from '../../test/builders.ts';
import { matchDefinitions } from '../catalog.ts';
import { traitFits } from './trait-fits.ts';

test('every installed trait gets its verdict, and those that fit the ones that they exclude', () => {
  const catalog = aCatalog([
    aWorkloadDefinition('deployments.apps', { extension: { owns: ['resources'] } }),
    aTraitDefinition('manualscalertraits.core.oam.dev'),
    aTraitDefinition('horizontalpodautoscalers.autoscaling', { appliesToWorkloads: ['apps/v1.Deployment'] }),
    aTraitDefinition('verticalpodautoscalers.autoscaling.k8s.io'),
    aTraitDefinition('rollouts.example.com', {
      conflictsWith: ['manualscalertraits.core.oam.dev'],
      podDisruptive: true,
    }),
    aTraitDefinition('others.example.com', { appliesToWorkloads: ['statefulsets.apps'] }),
  ]);
  const [deployment] = matchDefinitions('deployment', catalog);
  if (!deployment) throw new Error('the catalog registers Deployments');
  const rows = traitFits(deployment, catalog).map(({ definition, verdict, notBeside, owns, podDisruptive }) => [
    definition.metadata.name,
    verdict.allowed,
    verdict.source.field,
    notBeside.map(({ name, verdict: { source } }) => `${name} by ${source.field ?? source.name}`),
    owns,
    podDisruptive,
  ]);
  expect(rows).toEqual([
    [
      'manualscalertraits.core.oam.dev',
      true,
      'spec.appliesToWorkloads',
      [
        'horizontalpodautoscalers.autoscaling by knows manualscalertraits.core.oam.dev',
        'rollouts.example.com by spec.conflictsWith[0]',
      ],
      ['replicas'],
      false,
    ],
    [
      'horizontalpodautoscalers.autoscaling',
      true,
      'spec.appliesToWorkloads[0]',
      ['manualscalertraits.core.oam.dev by knows horizontalpodautoscalers.autoscaling'],
      ['replicas'],
      false,
    ],
    ['verticalpodautoscalers.autoscaling.k8s.io', false, 'spec.extension.owns[0]', [], ['resources'], false],
    [
      'rollouts.example.com',
      true,
      'spec.appliesToWorkloads',
      ['manualscalertraits.core.oam.dev by spec.conflictsWith[0]'],
      [],
      true,
    ],
    ['others.example.com', false, 'spec.appliesToWorkloads', [], [], false],
  ]);
});
