import { groupOf, type KindReference } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import { kindNamed } from '../dialect/served-kinds.ts';
import { resourceNameOf } from '../plural.ts';
import type { UnknownKind } from '../problem.ts';
import type { Place, ValidationContext } from './context.ts';

/**
 * API groups whose kinds come with a package of the registry that comes with Capstan, for when no registry can be asked:
 * where one can, what it offers counts.
 */
const PACKAGES_BY_GROUP: ReadonlyMap<string, string> = new Map([
  ['keda.sh', 'keda'],
  ['eventing.keda.sh', 'keda'],
  ['serving.knative.dev', 'knative'],
  ['autoscaling.knative.dev', 'knative'],
  ['operator.knative.dev', 'knative'],
  ['extended.oam.dev', 'istio-route'],
  ['networking.istio.io', 'istio-route'],
  ['security.istio.io', 'istio-route'],
  ['telemetry.istio.io', 'istio-route'],
  ['extensions.istio.io', 'istio-route'],
  ['flagger.app', 'flagger-rollout'],
]);

/** Friendly kinds share their groups with built-in ones, so that each is named. */
const PACKAGES_BY_KIND: ReadonlyMap<string, string> = new Map([
  ['traits.capstan.dev/Autoscale', 'keda'],
  ['traits.capstan.dev/CronScale', 'keda'],
  ['traits.capstan.dev/Rollout', 'flagger-rollout'],
  ['workloads.capstan.dev/Serverless', 'knative'],
]);

/** The package that brings a kind: known here so that an error can name it without a registry. */
export function capabilityOf({ apiVersion, kind }: KindReference): string | undefined {
  const group = groupOf(apiVersion);
  return PACKAGES_BY_KIND.get(`${group}/${kind}`) ?? PACKAGES_BY_GROUP.get(group);
}

/**
 * Reports a kind that a Definition registers and nothing serves, where it is known which package would: a Definition
 * alone, which a file may bring, makes no kind.
 */
export function reportUnserved(
  context: ValidationContext,
  place: Place,
  role: UnknownKind['role'],
  { apiVersion, kind }: KindReference,
): void {
  const capability = capabilityOf({ apiVersion, kind });
  if (capability === undefined || kindNamed(resourceNameOf({ apiVersion, kind }), context.catalog)) return;
  context.report(place, ['kind'], {
    code: OAM_CODES.kindUnknown,
    message: `${kind} of ${apiVersion} has a Definition, but no CRD serves it`,
    hint: `It comes with the capability "${capability}".`,
    next: [`capstan cap search ${capability}`],
    unknown: { role, apiVersion, kind, shortName: kind.toLowerCase(), capability },
  });
}
