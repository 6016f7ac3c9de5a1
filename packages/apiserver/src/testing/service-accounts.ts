import type { Assembly } from '../assembly.ts';
import type { KubeObject } from '../model/object.ts';
import type { Caller } from '../resources/operations.ts';

const NAMESPACES = 'namespaces.';
const CALLER: Caller = {
  user: { username: 'system:serviceaccount:kube-system:service-account-controller', groups: ['system:masters'] },
  userAgent: 'kube-controller-manager',
  warn: () => {},
};

/**
 * Gives every namespace its ServiceAccount `default`, as the controller manager of a real cluster does: without one no Pod
 * can be created. It is there before the next request is answered. Returns how to end that.
 */
export function provideServiceAccounts({ store, registry, operations }: Assembly): () => void {
  const resource = registry.find('', 'v1', 'serviceaccounts');
  const provide = (namespace: string) => {
    if (!resource || store.get('serviceaccounts.', namespace, 'default')) return;
    const body: KubeObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
    // A namespace that is going already takes no new objects, and needs none.
    operations.create({ resource, namespace }, body, {}, CALLER).catch(() => {});
  };
  const watch = store.watch(NAMESPACES, store.revision, (event) => {
    if (event.type === 'ADDED') provide(event.name);
  });
  for (const { object } of store.list(NAMESPACES).items) provide(object.metadata.name ?? '');
  return () => watch.close();
}
