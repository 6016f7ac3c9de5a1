import type { KubernetesObject } from '@capstan/base';
import { type CrdOffer, PACKAGE_LABEL } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { packageOf } from '../installer/labels.ts';
import type { PackagePlan } from '../plan/types.ts';

const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/**
 * The package with the CRDs that another version of it brought and that are there still: after a rollback those of the
 * version before it. They are the package's like all others: counted, drained, kept and named, or deleted.
 */
export async function withOtherCrds(client: KubeClient, planned: PackagePlan): Promise<PackagePlan> {
  const { metadata } = planned;
  const known = new Set(metadata.install.crds.map(({ name }) => name));
  const { items } = await client.list(CRD, { labelSelector: `${PACKAGE_LABEL}=${planned.name}` });
  const others = items.filter((crd) => packageOf(crd) === planned.name && !known.has(crd.metadata.name));
  if (others.length === 0) return planned;
  const crds = [...metadata.install.crds, ...others.map(offerOf)];
  return { ...planned, metadata: { ...metadata, install: { ...metadata.install, crds } } };
}

interface CrdSpec {
  readonly scope: CrdOffer['scope'];
  readonly names: { readonly kind: string; readonly singular?: string; readonly shortNames?: readonly string[] };
  readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[];
}

/** As it is in the cluster; nothing of the recorded version brings it. */
function offerOf(crd: KubernetesObject): CrdOffer {
  const { scope, names, versions } = crd['spec'] as unknown as CrdSpec;
  return {
    name: crd.metadata.name,
    kind: names.kind,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    scope,
    served: versions.filter(({ served }) => served).map(({ name }) => name),
    storage: versions.find(({ storage }) => storage)?.name ?? '',
    from: 'runtime',
  };
}
