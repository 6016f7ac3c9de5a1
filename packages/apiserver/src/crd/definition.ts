import type { KubeObject } from '../model/object.ts';
import type { PrinterColumn } from '../model/resource.ts';
import type { SchemaNode } from '../model/schema.ts';

/*
 * The parts of a CustomResourceDefinition (apiextensions/v1), for reading. A CRD in the store has been validated, so its
 * fields have these types.
 */

/** Group, resource and kind of CRDs themselves. */
export const CRD_TYPE = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' } as const;

/** Keeps a CRD until all its instances are gone (apiextensions/v1 CustomResourceCleanupFinalizer). */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/** On a CRD whose rules are not all evaluated: JSON list of `version path: rule`. */
export const UNEVALUATED_RULES = 'apiserver.capstan.dev/unevaluated-rules';

/** CustomResourceDefinitionNames. */
export interface CrdNames {
  readonly plural: string;
  readonly singular?: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** CustomResourceDefinitionVersion. */
export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: SchemaNode };
  readonly subresources?: {
    readonly status?: object;
    readonly scale?: {
      readonly specReplicasPath: string;
      readonly statusReplicasPath: string;
      readonly labelSelectorPath?: string;
    };
  };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

/** WebhookClientConfig of a conversion. */
export interface WebhookClientConfig {
  readonly url?: string;
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly path?: string;
    readonly port?: number;
  };
  /** Base64 of PEM. */
  readonly caBundle?: string;
}

/** CustomResourceConversion. */
export interface CrdConversion {
  readonly strategy: 'None' | 'Webhook';
  readonly webhook?: {
    readonly clientConfig?: WebhookClientConfig;
    readonly conversionReviewVersions?: readonly string[];
  };
}

/** CustomResourceDefinitionSpec. */
export interface CrdSpec {
  readonly group: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly names: CrdNames;
  readonly versions: readonly CrdVersion[];
  readonly conversion?: CrdConversion;
  readonly preserveUnknownFields?: boolean;
}

/** CustomResourceDefinitionCondition. */
export interface CrdCondition {
  readonly type:
    | 'NamesAccepted'
    | 'Established'
    | 'Terminating'
    | 'NonStructuralSchema'
    | 'KubernetesAPIApprovalPolicyConformant';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

/** CustomResourceDefinitionStatus. */
export interface CrdStatus {
  readonly conditions?: readonly CrdCondition[] | null;
  readonly acceptedNames?: CrdNames;
  readonly storedVersions?: readonly string[];
}

/** A CustomResourceDefinition. */
export interface Crd extends KubeObject {
  spec: CrdSpec;
  status?: CrdStatus;
}

/** Whether a condition of a CRD is True. */
export function conditionIsTrue(crd: Crd, type: CrdCondition['type']): boolean {
  return crd.status?.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;
}

/** The condition of this type. */
export function findCondition(crd: Crd, type: CrdCondition['type']): CrdCondition | undefined {
  return crd.status?.conditions?.find((one) => one.type === type);
}

/** The conditions with one replaced or added; its transition time changes only with its status. */
export function withCondition(
  conditions: readonly CrdCondition[],
  condition: CrdCondition,
  now: string,
): readonly CrdCondition[] {
  const old = conditions.find((one) => one.type === condition.type);
  const lastTransitionTime = old && old.status === condition.status ? (old.lastTransitionTime ?? now) : now;
  const { type, status, reason, message, ...rest } = condition;
  const next: CrdCondition = {
    type,
    status,
    lastTransitionTime,
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    ...rest,
  };
  return old ? conditions.map((one) => (one === old ? next : one)) : [...conditions, next];
}
