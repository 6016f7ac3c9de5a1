import { isCapstanError, type KubernetesObject, nearest } from '@capstan/base';
import { type DefinitionMatch, definitionFor, listDefinitions } from '../catalog.ts';
import { OAM_CODES } from '../codes.ts';
import { isKnativeAutoscaler } from '../dialect/knative-autoscaler.ts';
import { type PathSegment, setField } from '../field-path.ts';
import type { SourceDocument } from '../files/documents.ts';
import { isBlank } from '../json.ts';
import {
  type ApplicationComponent,
  type ApplicationConfiguration,
  type ComponentTrait,
  isTraitDefinition,
  type TraitDefinition,
} from '../kinds/index.ts';
import type { UnknownKind } from '../problem.ts';
import { below, type Place, type ValidationContext } from './context.ts';
import { checkAgainstCrd, reportMisprints } from './objects.ts';
import { capabilityOf, reportUnserved } from './to-come.ts';

/** Checks the traits of a canonical entry by themselves: each kind is registered, and the object fits its schema. */
export function checkTraits(context: ValidationContext, place: Place, entry: ApplicationComponent): void {
  for (const [index, { trait }] of (entry.traits ?? []).entries()) {
    // Without a kind there is a problem already: a name that no Definition has.
    if (!trait || isBlank(trait) || !trait.kind || !trait.apiVersion) continue;
    // No kind of any API: what is wrong with one that became no annotations was said by the dialect or the rules.
    if (isKnativeAutoscaler(trait)) continue;
    const traitPlace = below(place, 'traits', index, 'trait');
    const match = definitionFor(trait, 'trait', context.catalog);
    if (match && isTraitDefinition(match.definition)) {
      checkSchema(context, traitPlace, trait, match, match.definition);
    } else {
      reportUnknown(context, traitPlace, trait);
      reportMisprints(context, traitPlace, [], trait);
    }
  }
}

/**
 * Reports the talks' Autoscaler where Knative is not there: the canonical form has annotations of the workload in its
 * place, so nobody else would name what is missing.
 */
export function checkAutoscalers(
  context: ValidationContext,
  document: SourceDocument,
  { spec }: ApplicationConfiguration,
): void {
  if (definitionFor(KNATIVE_SERVICE, 'workload', context.catalog)) return;
  const ofComponents = spec.components.flatMap(({ traits }, index) => placed(['spec', 'components', index], traits));
  for (const { trait, segments } of [...placed(['spec'], spec.traits), ...ofComponents]) {
    if (trait?.apiVersion && isKnativeAutoscaler(trait)) reportUnknown(context, { document, segments }, trait, SERVING);
  }
}

const KNATIVE_SERVICE: KubernetesObject = {
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name: '' },
};
const SERVING = { role: 'workload', apiVersion: KNATIVE_SERVICE.apiVersion, kind: KNATIVE_SERVICE.kind } as const;

function placed(parent: readonly PathSegment[], traits: readonly ComponentTrait[] | undefined) {
  return (traits ?? []).map(({ trait }, index) => ({ trait, segments: [...parent, 'traits', index, 'trait'] }));
}

function checkSchema(
  context: ValidationContext,
  place: Place,
  trait: KubernetesObject,
  { crd }: DefinitionMatch,
  definition: TraitDefinition,
): void {
  if (crd) checkAgainstCrd(context, place, withWorkloadRef(trait, definition), crd);
  else {
    reportMisprints(context, place, [], trait);
    reportUnserved(context, place, 'trait', trait);
  }
}

/**
 * The trait with the reference that the controller will write, which the schema may require. Of what kind it will be is
 * the rules' business; a Deployment is what schemas that name kinds, as Flagger's, all take.
 */
function withWorkloadRef(trait: KubernetesObject, { spec }: TraitDefinition): KubernetesObject {
  if (!spec.workloadRefPath) return trait;
  try {
    return setField(trait, spec.workloadRefPath, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'workload' });
  } catch (error) {
    // A scalar stands in the way: the schema says so better.
    if (isCapstanError(error)) return trait;
    throw error;
  }
}

function reportUnknown(
  context: ValidationContext,
  place: Place,
  { apiVersion, kind }: KubernetesObject,
  stands?: UnknownKind['stands'],
): void {
  const known = listDefinitions(context.catalog).filter(({ role }) => role === 'trait');
  const [near] = nearest(
    kind,
    known.map(({ crd, shortName }) => crd?.spec.names.kind ?? shortName),
  );
  const shortName = kind.toLowerCase();
  const capability = capabilityOf({ apiVersion, kind });
  context.report(place, ['kind'], {
    code: OAM_CODES.traitUnknown,
    message: `no TraitDefinition registers ${kind} of ${apiVersion}`,
    hint: capability
      ? `It comes with the capability "${capability}".`
      : near
        ? `Did you mean "${near}"?`
        : 'The package that offers it may not be installed, or the apiVersion is another one.',
    next: [`capstan cap search ${capability ?? shortName}`, 'capstan trait list'],
    unknown: {
      role: 'trait',
      apiVersion,
      kind,
      shortName,
      ...(capability ? { capability } : {}),
      ...(stands ? { stands } : {}),
    },
  });
}
