import { groupOf, type KindReference } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import { kindNamed } from '../dialect/served-kinds.ts';
import { resourceNameOf } from '../plural.ts';
import type { UnknownKind } from '../problem.ts';
import type { Place, ValidationContext } from './context.ts';

/** API groups whose kinds come with a capability, by the name of its package. */
const CAPABILITIES: ReadonlyMap<string, string> = new Map([
  ['keda.sh', 'keda'],
  ['http.keda.sh', 'keda'],
  ['serving.knative.dev', 'knative'],
  ['autoscaling.knative.dev', 'knative'],
  ['eventing.knative.dev', 'knative'],
  ['extended.oam.dev', 'istio'],
  ['networking.istio.io', 'istio'],
  ['security.istio.io', 'istio'],
  ['flagger.app', 'flagger'],
]);

/** The package that brings a kind, or will: known here so that an error can name it before any registry offers it. */
export function capabilityOf({ apiVersion }: KindReference): string | undefined {
  return CAPABILITIES.get(groupOf(apiVersion));
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
