import type { KubeClient, ServedResource } from '@capstan/kube';

/** Kinds that the control plane writes for itself and that differ from one second to the next. */
const RESTLESS = new Set([
  'events',
  'events.events.k8s.io',
  'endpoints',
  'endpointslices.discovery.k8s.io',
  'leases.coordination.k8s.io',
]);

/** On APIServices that the API server itself has for each group, for as long as a CRD of it stays. */
const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged';

/** What the control plane puts into every namespace, some time after it was made, and takes away with it. */
const STANDARD = /^(configmaps \S+\/kube-root-ca\.crt|serviceaccounts \S+\/default)$/;

/**
 * The names of all objects of a cluster, as `<plural>.<group> <namespace>/<name>`: of every kind that is served and can
 * be listed, once per kind. Not what every namespace has: whether it is there says the name of the namespace.
 */
export async function everythingIn(client: KubeClient): Promise<ReadonlySet<string>> {
  client.discovery.invalidate();
  const served = (await client.discovery.all()).filter(({ verbs }) => verbs.includes('list') && verbs.includes('get'));
  const kinds = new Map<string, ServedResource>();
  for (const one of served) {
    const name = nameOf(one);
    if (!kinds.has(name) && !RESTLESS.has(name)) kinds.set(name, one);
  }
  const lists = [...kinds].map(async ([name, { apiVersion, kind }]) => {
    const { items } = await client.list({ apiVersion, kind });
    const made = items.filter(({ metadata }) => metadata.labels?.[AUTOMANAGED] === undefined);
    return made.map(({ metadata }) => `${name} ${metadata.namespace ?? ''}/${metadata.name}`);
  });
  const names = (await Promise.all(lists)).flat().filter((name) => !STANDARD.test(name));
  return new Set(names.sort());
}

function nameOf({ resource, group }: ServedResource): string {
  return group === '' ? resource : `${resource}.${group}`;
}
