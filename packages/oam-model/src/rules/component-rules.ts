import { getField } from '../field-path.ts';
import { quoted } from '../quote.ts';
import { fitVerdict, keptVerdict } from './admission.ts';
import { appliesToEntries } from './applicability.ts';
import { type PlacedTrait, placeOf, type RuleComponent } from './components.ts';
import { typeName } from './conflicts.ts';
import { exclusion } from './exclusion.ts';
import { firstReplicasOf, replicasTakenBy } from './field-owners.ts';
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
  const fits = applicable(component, trait);
  // What does not fit at all need not be asked what it would do there.
  const kept = fits?.allowed === false ? undefined : keptVerdict(trait, component.workload);
  const message = `trait of component ${quoted(component.component)}: ${kept?.rule}`;
  return [
    ...(fits ? [fits] : []),
    ...(kept ? [refusal(kept, { name: 'oneOwnerPerField', message, object })] : statedReplicas(component, trait)),
    ...disruption(component, trait),
  ];
}

function applicable(component: RuleComponent, trait: PlacedTrait): RuleVerdict | undefined {
  const verdict = fitVerdict(trait, component.workload);
  if (!verdict) return undefined;
  const object = placeOf(component, trait);
  if (verdict.allowed) return note(verdict, 'info', { name: 'appliesToWorkloads', message: verdict.rule, object });
  const message =
    `the trait ${quoted(typeName(trait))} cannot apply to workload ${quoted(typeName(component.workload))} ` +
    `of component ${quoted(component.component)}`;
  const why = verdict.source.kind === 'TraitDefinition' ? ` (${appliable(trait)})` : `: ${verdict.rule}`;
  return refusal(verdict, { name: 'appliesToWorkloads', message: message + why, object });
}

function appliable({ definition }: PlacedTrait): string {
  const entries = definition ? appliesToEntries(definition).map(({ entry }) => quoted(entry)) : [];
  return `appliable: [${entries.join(' ')}]`;
}

/** What the workload states gives way to the trait that owns it; else the two would undo each other for ever. */
function statedReplicas(component: RuleComponent, trait: PlacedTrait): RuleVerdict[] {
  const owned = replicasTakenBy(trait, component.workload);
  if (!owned || getField(component.workload.object, ['spec', 'replicas']) === undefined) return [];
  const rule = `${typeName(trait)} decides the replicas of the workload, so its own spec.replicas gives way`;
  const begins = firstReplicasOf(component.workload, component.traits) !== undefined;
  const once = begins ? ' once it is created' : '';
  const message = `spec.replicas of component ${quoted(component.component)} is not applied${once}: ${rule}`;
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
  const found = exclusion(one, other, component.workload);
  if (found) {
    const { name, verdict } = found;
    const message = `${about} ${name === 'conflictsWith' ? 'conflict' : 'exclude each other'}: ${verdict.rule}`;
    return [refusal(verdict, { name, message, ...places })];
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
