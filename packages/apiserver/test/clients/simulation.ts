import type { Api } from './api.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };

/**
 * The least that controllers must do for `helm --wait`: Deployments become available and Jobs complete as soon as they are
 * seen. Returns how to end that.
 */
export function simulateControllers(api: Api): () => void {
  const started = '2026-01-01T00:00:00Z';
  const ends = [
    api.watch('/apis/apps/v1/deployments?watch=true', ({ type, object }) => {
      const { generation } = object.metadata;
      if (type === 'DELETED' || object.status?.observedGeneration === generation) return;
      const replicas = object.spec.replicas ?? 1;
      const progress = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };
      const conditions = [{ type: 'Available', status: 'True' }, progress];
      const counts = { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas };
      const status = { observedGeneration: generation, ...counts, conditions };
      write(api, pathOf('/apis/apps/v1', 'deployments', object), status);
    }),
    api.watch('/apis/batch/v1/jobs?watch=true', ({ type, object }) => {
      if (type === 'DELETED' || object.status?.succeeded) return;
      const conditions = ['SuccessCriteriaMet', 'Complete'].map((condition) => ({ type: condition, status: 'True' }));
      const times = { startTime: started, completionTime: started };
      write(api, pathOf('/apis/batch/v1', 'jobs', object), { ...times, succeeded: 1, conditions });
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function pathOf(version: string, resource: string, { metadata }: { metadata: { namespace: string; name: string } }) {
  return `${version}/namespaces/${metadata.namespace}/${resource}/${metadata.name}/status`;
}

/** An object that has gone in the meantime needs no status. */
function write(api: Api, path: string, status: object): void {
  api.call('PATCH', path, { status }, MERGE).catch(() => {});
}
