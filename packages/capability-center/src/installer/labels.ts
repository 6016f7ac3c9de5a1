import type { KubernetesObject } from '@capstan/base';
import { PACKAGE_LABEL } from '@capstan/capability-model';

/** Field manager of everything that the installer applies. */
export const INSTALLER = 'capstan-installer';

/** Annotation of a CRD: the version of the package that wrote it last. */
export const PACKAGE_VERSION_ANNOTATION = 'capstan.dev/package-version';

/** Label of Helm's release record: digest of the chart and values that the release was made from. */
export const UNIT_DIGEST_LABEL = 'capstan.dev/unit-digest';

/**
 * Label of Helm's release record: the run that wrote it. It also stands in Helm's command line, by which a Helm that
 * outlived its run is found.
 */
export const RUN_LABEL = 'capstan.dev/run';

/** Annotation of journals, revisions and payloads: name of the plan record that they belong to. */
export const PLAN_ANNOTATION = 'capstan.dev/plan';

/** Annotation of revisions: their charts, as JSON. */
export const CHARTS_ANNOTATION = 'capstan.dev/charts';

const MANAGED_BY = 'app.kubernetes.io/managed-by';

/** The object with the marks of its package: ours to change. CRDs are also kept by Helm, whatever their chart says. */
export function markAsOurs(object: KubernetesObject, packageName: string, version: string): KubernetesObject {
  const { metadata } = object;
  const keep = object.kind === 'CustomResourceDefinition' ? { 'helm.sh/resource-policy': 'keep' } : {};
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [MANAGED_BY]: 'capstan', [PACKAGE_LABEL]: packageName },
      annotations: { ...metadata.annotations, ...keep, [PACKAGE_VERSION_ANNOTATION]: version },
    },
  };
}

/** The package that an object was applied for, or undefined when it is not ours. */
export function packageOf(object: KubernetesObject): string | undefined {
  const { labels } = object.metadata;
  return labels?.[MANAGED_BY] === 'capstan' ? labels[PACKAGE_LABEL] : undefined;
}

/** The Helm release that owns an object: `namespace/name`, or undefined. */
export function helmOwnerOf(object: KubernetesObject): string | undefined {
  const { annotations } = object.metadata;
  const name = annotations?.['meta.helm.sh/release-name'];
  return name === undefined ? undefined : `${annotations?.['meta.helm.sh/release-namespace'] ?? 'default'}/${name}`;
}

/** Who owns an object, for messages: its Helm release, its package, or the tools that wrote its fields. */
export function describeOwner(object: KubernetesObject): string {
  const release = helmOwnerOf(object);
  if (release !== undefined) return `Helm release ${release}`;
  const owner = packageOf(object);
  if (owner !== undefined) return `capability package ${owner}`;
  const managers = new Set(
    (object.metadata.managedFields ?? [])
      .filter((entry) => entry['subresource'] === undefined)
      .map((entry) => String(entry['manager'])),
  );
  return managers.size > 0 ? [...managers].sort().join(', ') : 'somebody else';
}

/** The object as Helm applies it: with the marks of its release. */
export function asHelmApplies(object: KubernetesObject, release: string, namespace: string): KubernetesObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [MANAGED_BY]: 'Helm' },
      annotations: {
        ...metadata.annotations,
        'meta.helm.sh/release-name': release,
        'meta.helm.sh/release-namespace': namespace,
      },
    },
  };
}
