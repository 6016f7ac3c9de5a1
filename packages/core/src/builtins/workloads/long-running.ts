import { workloadDefinition } from '../definitions/build.ts';
import { FRIENDLY, friendlyCrd, friendlyName } from '../friendly-crd.ts';
import { type LongRunningKind, OTHER_KINDS, WEB_SERVICE } from './long-running-kinds.ts';
import { renderLongRunning, validateLongRunning } from './long-running-render.ts';
import { longRunningColumns, longRunningSpec } from './long-running-schema.ts';
import type { WorkloadType } from './model.ts';

/** WebService. */
export const webServiceType: WorkloadType = longRunningType(WEB_SERVICE);

/** WebService, Worker, Server, SingletonServer and SingletonWorker. */
export const longRunningTypes: readonly WorkloadType[] = [webServiceType, ...OTHER_KINDS.map(longRunningType)];

function longRunningType(of: LongRunningKind): WorkloadType {
  const { kind, shortNames, description, endpoint, singleton } = of;
  const group = FRIENDLY.workloads;
  const definition = friendlyName({ group, kind });
  return {
    crd: friendlyCrd({
      group,
      kind,
      description,
      ...(shortNames ? { shortNames } : {}),
      spec: longRunningSpec(of),
      scalable: !singleton,
      columns: longRunningColumns(of),
    }),
    definition: workloadDefinition({
      name: definition,
      description,
      children: [
        { apiVersion: 'apps/v1', kind: 'Deployment' },
        ...(endpoint === 'none' ? [] : [{ apiVersion: 'v1', kind: 'Service' }]),
      ],
      ...(singleton ? { owns: ['replicas'] } : {}),
    }),
    contribution: {
      definition,
      validate: validateLongRunning,
      render: (workload, context) => renderLongRunning(of, workload, context),
    },
  };
}
