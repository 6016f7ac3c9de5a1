import type { KubernetesObject } from '@capstan/base';
import { definePlugin, traits, workloads } from '@capstan/plugin-api';
import { rawDefinitions } from './definitions/raw.ts';
import { exposeType } from './traits/expose/index.ts';
import { volumeType } from './traits/volume/index.ts';
import { longRunningTypes } from './workloads/long-running.ts';
import { taskTypes } from './workloads/task.ts';

const workloadTypes = [...longRunningTypes, ...taskTypes];
const traitTypes = [exposeType, volumeType];

/** What Capstan itself contributes, as plugins like any other. */
export const builtinPlugins = [
  definePlugin({
    id: 'builtin-workloads',
    api: '^1.0.0',
    needs: { workloads },
    setup({ workloads }, { defer }) {
      for (const { contribution } of workloadTypes) defer(workloads.add(contribution));
    },
  }),
  definePlugin({
    id: 'builtin-traits',
    api: '^1.0.0',
    needs: { traits },
    setup({ traits }, { defer }) {
      for (const { contribution } of traitTypes) defer(traits.add(contribution));
    },
  }),
] as const;

/** The CRDs and Definitions of the built-in types, in the order in which they are applied: CRDs first. */
export function builtinManifests(): KubernetesObject[] {
  const types = [...workloadTypes, ...traitTypes];
  const crds = types.map(({ crd }) => crd);
  const definitions = types.map(({ definition }) => definition);
  return structuredClone<KubernetesObject[]>([...crds, ...definitions, ...rawDefinitions]);
}
