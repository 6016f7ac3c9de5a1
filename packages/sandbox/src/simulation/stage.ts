import type { JsonObject, KindReference } from '@capstan/base';
import type { FieldPath } from './field-path.ts';

/**
 * A stage: what a controller that does not run here would write into objects of one kind. A chart brings them in
 * `<chart>/<version>/simulation/*.yaml`; a file may hold several documents, and the newest version plays a kind. The format is a subset of kwok's
 * (https://kwok.sigs.k8s.io/docs/user/stages-configuration/); everything that is not listed here is an error at load.
 *
 *     apiVersion: kwok.x-k8s.io/v1alpha1
 *     kind: Stage
 *     metadata:
 *       name: scaledobject-ready            # unique within its file
 *       annotations:
 *         # Ours: it is played only while this kind is served (group/version/Kind), which a chart may bring or not.
 *         simulation.capstan.dev/while-served: keda.sh/v1alpha1/ScaledJob
 *     spec:
 *       resourceRef:
 *         apiGroup: keda.sh/v1alpha1        # group/version, or v1
 *         kind: ScaledObject
 *       selector:                           # all parts must hold; without it every object of the kind matches
 *         matchLabels: {tier: web}
 *         matchAnnotations: {example.com/mode: fast}
 *         matchExpressions:
 *           - key: .metadata.deletionTimestamp
 *             operator: DoesNotExist        # In, NotIn (true also without a value), Exists, DoesNotExist
 *           - key: '.status.conditions.[] | select( .type == "Ready" ) | .status'
 *             operator: NotIn
 *             values: ["True"]
 *       delay:
 *         durationMilliseconds: 1000        # from when the object matched; it must still match then
 *       next:
 *         patches:                          # JSON merge patches (lists are replaced), in this order
 *           - subresource: status           # the object itself without it
 *             root: status                  # puts the template below this field
 *             type: merge
 *             template: |
 *               observedGeneration: {{ .metadata.generation }}
 *               conditions:
 *                 - {type: Ready, status: "True", lastTransitionTime: {{ Now | Quote }}}
 *
 * Variables in a template: `.metadata.name`, `.metadata.namespace`, `.metadata.generation` and `Now`, each with or
 * without `| Quote`. Finalizers are set and removed by a patch of the object's `metadata.finalizers`.
 *
 * One thing is not as in kwok: a stage is played once for each generation of an object, and again only after the
 * object has stopped matching in between. So a stage need not exclude the objects that it has already changed, and it
 * answers every change of a spec.
 */
export interface Stage {
  readonly name: string;
  readonly file: string;
  readonly kind: KindReference;
  /** Played only while this kind is served. */
  readonly whileServed?: KindReference;
  readonly selector: StageSelector;
  readonly delayMs: number;
  readonly patches: readonly StagePatch[];
}

/** Which objects a stage is for: all parts must hold. */
export interface StageSelector {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly expressions: readonly StageExpression[];
}

/** A condition on the values that a path finds in the object. */
export interface StageExpression {
  readonly path: FieldPath;
  readonly operator: StageOperator;
  readonly values: readonly string[];
}

/** The operators of a stage's expressions. */
export const STAGE_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/** One of the operators of a stage's expressions. */
export type StageOperator = (typeof STAGE_OPERATORS)[number];

/** A merge patch of the object or its status. */
export interface StagePatch {
  readonly subresource: 'status' | undefined;
  /** The patch for one object. */
  render(variables: StageVariables): JsonObject;
}

/** What a template may use. */
export interface StageVariables {
  readonly name: string;
  readonly namespace: string;
  readonly generation: number;
  /** RFC 3339, in seconds. */
  readonly now: string;
}
