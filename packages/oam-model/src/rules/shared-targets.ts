import type { KubernetesObject } from '@capstan/base';
import { quoted } from '../quote.ts';
import { type PlacedTrait, placeOf, type RuleComponent } from './components.ts';
import { typeName } from './conflicts.ts';
import { exclusionOnTarget } from './exclusion.ts';
import { aim, type FieldOwner, ownedFields, statedTarget } from './field-owners.ts';
import type { RuleTrait } from './subjects.ts';
import { type RuleVerdict, refusal } from './verdict.ts';

/** Something of a component that works on an object: a trait, or a workload that is a scaler or a rollout itself. */
interface Claimant {
  readonly component: RuleComponent;
  readonly trait?: PlacedTrait;
  readonly owner: RuleTrait;
  /** What it works on; several kinds may stand for one thing, as a WebService and its Deployment do. */
  readonly target: { readonly name: string; readonly kinds: readonly string[] };
}

/**
 * What the rules refuse of parts of different components that work on one object, as a HorizontalPodAutoscaler of one
 * that names the workload of the other. Within a component `exclusion` sees to it.
 */
export function sameTargets(components: readonly RuleComponent[]): RuleVerdict[] {
  const claimants = components.flatMap(claimantsOf);
  return claimants.flatMap((one, at) =>
    claimants.slice(at + 1).flatMap((other) => {
      const seen = one.component === other.component && one.trait && other.trait;
      return seen || !isShared(one, other) ? [] : verdictOn(one, other, components);
    }),
  );
}

function claimantsOf(component: RuleComponent): Claimant[] {
  const ofTraits = component.traits.map((trait) => {
    const stated = aim(trait, component.workload) === '' ? undefined : statedTarget(trait.object);
    return { component, trait, owner: trait, target: stated ? asWritten(stated) : workloadOf(component) };
  });
  const stated = statedTarget(component.workload.object);
  const { object, target } = component.workload;
  const owner = { object, target };
  if (!stated || ownedFields(owner).length === 0) return ofTraits;
  return [{ component, owner, target: asWritten(stated) }, ...ofTraits];
}

/** Where no kind is written, scalers mean a Deployment. */
function asWritten({ kind, name }: NonNullable<ReturnType<typeof statedTarget>>): Claimant['target'] {
  return { name, kinds: [kind ?? 'Deployment'] };
}

function workloadOf({ instance, workload: { object, target } }: RuleComponent): Claimant['target'] {
  return { name: nameOf(object) || instance, kinds: [object.kind, ...target.childKinds.map(({ kind }) => kind)] };
}

function nameOf({ metadata }: KubernetesObject): string {
  return metadata?.name ?? '';
}

function isShared({ target: one }: Claimant, { target: other }: Claimant): boolean {
  return one.name === other.name && one.kinds.some((kind) => other.kinds.includes(kind));
}

function verdictOn(one: Claimant, other: Claimant, components: readonly RuleComponent[]): RuleVerdict[] {
  const [first, second] = [placeOf(one.component, one.trait), placeOf(other.component, other.trait)];
  const owner = components.find((component) => workloadOf(component).name === one.target.name);
  const workload: FieldOwner = (owner ?? one.component).workload;
  const found = exclusionOnTarget(one.owner, other.owner, workload);
  if (!found) return [];
  const parts = `${quoted(typeName(one.owner))} of ${first.component} and ${quoted(typeName(other.owner))} of ${second.component}`;
  const message = `${parts} both work on ${quoted(one.target.name)}: ${found.verdict.rule}`;
  return [refusal(found.verdict, { name: found.name, message, object: second, other: first })];
}
