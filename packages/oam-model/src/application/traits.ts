import { isCapstanError, type KubernetesObject } from '@capstan/base';
import { type DefinitionMatch, definitionFor, listDefinitions } from '../catalog.ts';
import { OAM_CODES } from '../codes.ts';
import { type PathSegment, setField } from '../field-path.ts';
import { isBlank } from '../json.ts';
import {
  type ApplicationComponent,
  isTraitDefinition,
  isWorkloadDefinition,
  type TraitDefinition,
} from '../kinds/index.ts';
import { appliesTo, workloadTarget } from '../rules/applicability.ts';
import { conflictVerdict } from '../rules/conflicts.ts';
import { nearest } from '../suggestions.ts';
import type { CheckedWorkload } from './components.ts';
import type { Place, ValidationContext } from './context.ts';
import { checkAgainstCrd, reportMisprints } from './objects.ts';

interface AttachedTrait {
  readonly definition: TraitDefinition;
  readonly segments: readonly PathSegment[];
}

/**
 * Checks the traits of a component: each kind registered, its schema, applicable to the workload (when that is known),
 * and no two in conflict.
 */
export function checkTraits(
  context: ValidationContext,
  place: Place,
  entry: ApplicationComponent,
  workload: CheckedWorkload | undefined,
): void {
  const attached: AttachedTrait[] = [];
  for (const [index, { trait }] of (entry.traits ?? []).entries()) {
    if (!trait || isBlank(trait)) continue;
    const segments = ['traits', index, 'trait'];
    const match = definitionFor(trait, 'trait', context.catalog);
    if (!match || !isTraitDefinition(match.definition)) {
      reportUnknown(context, place, segments, trait);
      reportMisprints(context, place, [], trait);
      continue;
    }
    checkSchema(context, { ...place, segments: [...place.segments, ...segments] }, trait, match);
    const { definition } = match;
    if (workload) checkApplicability(context, place, segments, definition, workload);
    for (const other of attached) checkConflict(context, place, segments, definition, other);
    attached.push({ definition, segments });
  }
}

function checkSchema(context: ValidationContext, place: Place, trait: KubernetesObject, match: DefinitionMatch): void {
  if (match.crd)
    checkAgainstCrd(context, place, withWorkloadRef(trait, match.definition as TraitDefinition), match.crd);
  else reportMisprints(context, place, [], trait);
}

/** The trait with the reference that the controller will write, which the schema may require. */
function withWorkloadRef(trait: KubernetesObject, { spec }: TraitDefinition): KubernetesObject {
  if (!spec.workloadRefPath) return trait;
  try {
    return setField(trait, spec.workloadRefPath, { apiVersion: 'v1', kind: 'Workload', name: 'workload' });
  } catch (error) {
    // A scalar stands in the way: the schema says so better.
    if (isCapstanError(error)) return trait;
    throw error;
  }
}

function reportUnknown(
  context: ValidationContext,
  place: Place,
  segments: readonly PathSegment[],
  trait: KubernetesObject,
): void {
  const { apiVersion, kind } = trait;
  const known = listDefinitions(context.catalog).filter(({ role }) => role === 'trait');
  const [near] = nearest(
    kind,
    known.map(({ crd, shortName }) => crd?.spec.names.kind ?? shortName),
  );
  const shortName = kind.toLowerCase();
  context.report(place, [...segments, 'kind'], {
    code: OAM_CODES.traitUnknown,
    message: `no TraitDefinition registers ${kind} of ${apiVersion}`,
    hint: near
      ? `Did you mean "${near}"?`
      : 'The package that offers it may not be installed, or the apiVersion is another one.',
    next: [`capstan cap search ${shortName}`, 'capstan trait list'],
    unknown: { role: 'trait', apiVersion, kind, shortName },
  });
}

function checkApplicability(
  context: ValidationContext,
  place: Place,
  segments: readonly PathSegment[],
  trait: TraitDefinition,
  { object, definition: match }: CheckedWorkload,
): void {
  if (!isWorkloadDefinition(match.definition)) return;
  const verdict = appliesTo(trait, workloadTarget(match.definition, object));
  if (verdict.allowed) return;
  context.report(place, [...segments, 'kind'], {
    code: OAM_CODES.traitNotApplicable,
    message: `trait ${trait.metadata.name} cannot be attached to workload ${match.definition.metadata.name}`,
    hint: `${verdict.rule}.`,
    next: [`capstan trait list --applies-to ${match.shortName}`],
  });
}

function checkConflict(
  context: ValidationContext,
  place: Place,
  segments: readonly PathSegment[],
  trait: TraitDefinition,
  other: AttachedTrait,
): void {
  const verdict = conflictVerdict(trait, other.definition);
  if (verdict.allowed) return;
  const { line } = place.document.locate([...place.segments, ...other.segments]);
  context.report(place, [...segments, 'kind'], {
    code: OAM_CODES.traitConflict,
    message: `trait ${trait.metadata.name} cannot stand beside trait ${other.definition.metadata.name} (line ${line})`,
    hint: `${verdict.rule}. Keep one of the two.`,
  });
}
