import { type SharedInformer, WorkQueue } from '@capstan/kube';
import { type NetworkScope, OAM_API_VERSION } from '@capstan/oam-model';
import { writeReport } from '../shared/conditions.ts';
import { type ControllerContext, type RunningController, startLoop } from '../shared/loop.ts';
import { keyOf, placeOf } from '../shared/objects.ts';
import { judgeNetworkScope } from './judge.ts';

/** Reports on NetworkScopes: which workloads are in them, and that nothing enforces them. */
export function startNetworkScopes(context: ControllerContext): RunningController {
  const { client, hub, clock } = context;
  const queue = new WorkQueue({ clock });
  const scopes: SharedInformer = hub.use({ apiVersion: OAM_API_VERSION, kind: 'NetworkScope' });
  scopes.onChange(({ object }) => queue.add(keyOf(object)));
  return startLoop(context, {
    name: 'networkscope',
    queue,
    synced: [scopes.informer.synced],
    reconcile: async (key, { signal }) => {
      const { name, namespace } = placeOf(key);
      const scope = scopes.informer.get(name, namespace) as NetworkScope | undefined;
      if (!scope || scope.metadata.deletionTimestamp) return;
      const report = { conditions: judgeNetworkScope(scope) };
      const written = await writeReport(client, scope, report, { now: clock.now(), signal });
      if (written) scopes.informer.learn(written);
    },
  });
}
