import { getField } from '../field-path.ts';
import type { TraitDefinition } from '../kinds/index.ts';
import { quoted } from '../quote.ts';
import { appliesTo, appliesToEntries } from './applicability.ts';
import { type PlacedTrait, placeOf, type RuleComponent } from './components.ts';
import { traitConflict, typeName } from './conflicts.ts';
import { decidedFields, ownerVerdict, workloadOwnerVerdict } from './field-owners.ts';
import type { RuleTrait } from './subjects.ts';
import { note, type RuleVerdict, refusal } from './verdict.ts';

/** What the rules say about one component by itself. */
export function ofComponent(component: RuleComponent): RuleVerdict[] {
  const { traits } = component;
  return [
    ...traits.flatMap((trait) => ofTrait(component, trait)),
    ...traits.flatMap((one, at) => traits.slice(at + 1).flatMap((other) => ofPair(component, one, other))),
  ];
}

function ofTrait(component: RuleComponent, trait: PlacedTrait): RuleVerdict[] {
  const object = placeOf(component, trait);
  const kept = workloadOwnerVerdict(trait, component.workload);
  const message = `trait of component ${quoted(component.component)}: ${kept?.rule}`;
  return [
    ...(trait.definition ? [applicable(component, trait, trait.definition)] : []),
    ...(kept ? [refusal(kept, { name: 'oneOwnerPerField', message, object })] : statedReplicas(component, trait)),
    ...disruption(component, trait),
  ];
}

function applicable(component: RuleComponent, trait: PlacedTrait, definition: TraitDefinition): RuleVerdict {
  const verdict = appliesTo(definition, component.workload.target);
  const object = placeOf(component, trait);
  if (verdict.allowed) return note(verdict, 'info', { name: 'appliesToWorkloads', message: verdict.rule, object });
  const entries = appliesToEntries(definition).map(({ entry }) => quoted(entry));
  const message =
    `the trait ${quoted(typeName(trait))} cannot apply to workload ${quoted(typeName(component.workload))} ` +
    `of component ${quoted(component.component)} (appliable: [${entries.join(' ')}])`;
  return refusal(verdict, { name: 'appliesToWorkloads', message, object });
}

/** What the workload states gives way to the trait that owns it; else the two would undo each other for ever. */
function statedReplicas(component: RuleComponent, trait: PlacedTrait): RuleVerdict[] {
  const owned = decidedFields(trait, component.workload).find(({ field }) => field === 'replicas');
  if (!owned || getField(component.workload.object, ['spec', 'replicas']) === undefined) return [];
  const rule = `${typeName(trait)} decides the replicas of the workload, so its own spec.replicas gives way`;
  const message = `spec.replicas of component ${quoted(component.component)} is not applied: ${rule}`;
  const object = placeOf(component, trait);
  return [note({ rule, source: owned.source }, 'warning', { name: 'oneOwnerPerField', message, object })];
}

function disruption(component: RuleComponent, trait: PlacedTrait): RuleVerdict[] {
  const { definition } = trait;
  if (definition?.spec.podDisruptive !== true) return [];
  const { name } = definition.metadata;
  const rule = `${name} is podDisruptive: adding, changing or removing it restarts the pods of ${component.instance}`;
  const source = { kind: 'TraitDefinition', name, field: 'spec.podDisruptive' } as const;
  return [note({ rule, source }, 'info', { name: 'podDisruptive', message: rule, object: placeOf(component, trait) })];
}

function ofPair(component: RuleComponent, one: PlacedTrait, other: PlacedTrait): RuleVerdict[] {
  const places = { object: placeOf(component, other), other: placeOf(component, one) };
  const about = `traits ${quoted(typeName(one))} and ${quoted(typeName(other))} of component ${quoted(component.component)}`;
  const conflict = traitConflict(one, other);
  if (!conflict.allowed) {
    const message = `${about} conflict: ${conflict.rule}`;
    return [refusal(conflict, { name: 'conflictsWith', message, ...places })];
  }
  const owner = ownerVerdict(one, other, component.workload);
  if (owner) {
    const message = `${about} exclude each other: ${owner.rule}`;
    return [refusal(owner, { name: 'oneOwnerPerField', message, ...places })];
  }
  return repetition(component, one, other, places);
}

/**
 * The specification allows one configuration of a trait type per component; the reference allows many, and applications
 * live from it. So it is a warning, and a refusal where the Definition asks for it. Kinds without Definition are no
 * trait types.
 */
function repetition(
  component: RuleComponent,
  one: RuleTrait,
  other: RuleTrait,
  places: Pick<RuleVerdict, 'object' | 'other'>,
): RuleVerdict[] {
  const { definition } = one;
  if (!definition || definition.metadata.name !== other.definition?.metadata.name) return [];
  const { name } = definition.metadata;
  const finding = {
    name: 'oneTraitPerType',
    message: `component ${quoted(component.component)} carries the trait ${quoted(name)} twice`,
    ...places,
  } as const;
  if (definition.spec.extension?.onePerComponent === true) {
    const field = 'spec.extension.onePerComponent';
    const source = { kind: 'TraitDefinition', name, field } as const;
    return [refusal({ rule: `${name} may stand on a component once`, source }, finding)];
  }
  const rule = `${name} stands on the component twice; the OAM specification has one trait of a type per component`;
  return [note({ rule, source: { kind: 'TraitDefinition', name } }, 'warning', finding)];
}
