import { groupOf, type KindReference, type KubernetesObject } from '@capstan/base';
import { isJsonObject } from '../json.ts';
import { resourceNameOf } from '../plural.ts';
import type { CustomResourceDefinition } from '../schema/types.ts';
import { hpaFromV2beta1 } from './hpa.ts';

/** A kind that was renamed since the talks. */
interface KindAlias {
  /** Group and version, or the group alone for all of its versions and kinds. */
  readonly apiVersion: string;
  readonly kind?: string;
  readonly modern: Partial<KindReference>;
  /** What else has to change in the object. */
  readonly convert?: (object: KubernetesObject) => KubernetesObject;
}

const ALIASES: readonly KindAlias[] = [
  { apiVersion: 'keda.k8s.io/v1alpha1', modern: { apiVersion: 'keda.sh/v1alpha1' }, convert: kedaFromVersion1 },
  {
    apiVersion: 'autoscaling/v2beta2',
    kind: 'HorizontalPodAutoscaler',
    modern: { apiVersion: 'autoscaling/v2' },
  },
  {
    apiVersion: 'autoscaling/v2beta1',
    kind: 'HorizontalPodAutoscaler',
    modern: { apiVersion: 'autoscaling/v2' },
    convert: hpaFromV2beta1,
  },
  { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ManualScaler', modern: { kind: 'ManualScalerTrait' } },
  { apiVersion: 'core.oam.dev/v1alpha2', kind: 'Network', modern: { kind: 'NetworkScope' } },
];

/** Names of CRDs, and so of Definitions, that were renamed since the talks. */
const RESOURCE_ALIASES: ReadonlyMap<string, string> = new Map([
  ['scaledobjects.keda.k8s.io', 'scaledobjects.keda.sh'],
  ['scaledjobs.keda.k8s.io', 'scaledjobs.keda.sh'],
  ['triggerauthentications.keda.k8s.io', 'triggerauthentications.keda.sh'],
  ['manualscalers.core.oam.dev', 'manualscalertraits.core.oam.dev'],
  ['networks.core.oam.dev', 'networkscopes.core.oam.dev'],
]);

/** The kind under its name of today; the same reference when it has no other. A kind that a CRD serves keeps its name. */
export function modernKind<T extends KindReference>(reference: T, crds: readonly CustomResourceDefinition[]): T {
  const alias = aliasOf(reference, crds);
  return alias ? { ...reference, ...alias.modern } : reference;
}

/** The object under its kind of today, with the fields that this kind needs; the same object when it has no other. */
export function modernObject(object: KubernetesObject, crds: readonly CustomResourceDefinition[]): KubernetesObject {
  const alias = aliasOf(object, crds);
  if (!alias) return object;
  const renamed = { ...object, ...alias.modern };
  return alias.convert ? alias.convert(renamed) : renamed;
}

/** The name of a CRD or Definition today; the same name when it has no other. */
export function modernResourceName(name: string): string {
  return RESOURCE_ALIASES.get(name) ?? name;
}

/** `apiVersion kind`: how warnings name a kind. */
export function describeKind({ apiVersion, kind }: KindReference): string {
  return `${apiVersion} ${kind}`;
}

function aliasOf(reference: KindReference, crds: readonly CustomResourceDefinition[]): KindAlias | undefined {
  const alias = ALIASES.find(
    ({ apiVersion, kind }) => apiVersion === reference.apiVersion && (kind === undefined || kind === reference.kind),
  );
  return alias && !crds.some((crd) => serves(crd, reference)) ? alias : undefined;
}

function serves({ metadata, spec }: CustomResourceDefinition, reference: KindReference): boolean {
  if (spec.group !== groupOf(reference.apiVersion)) return false;
  return spec.names.kind === reference.kind || metadata.name === resourceNameOf(reference);
}

/** KEDA 1 named the Deployment and its container by fields of their own. */
function kedaFromVersion1(object: KubernetesObject): KubernetesObject {
  const spec = object['spec'];
  if (object.kind !== 'ScaledObject' || !isJsonObject(spec) || !isJsonObject(spec['scaleTargetRef'])) return object;
  const { deploymentName, containerName, ...target } = spec['scaleTargetRef'];
  const scaleTargetRef = {
    ...(deploymentName === undefined ? {} : { name: deploymentName }),
    ...(containerName === undefined ? {} : { envSourceContainerName: containerName }),
    ...target,
  };
  return { ...object, spec: { ...spec, scaleTargetRef } };
}
