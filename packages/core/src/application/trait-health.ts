import { describeObject, type Health, type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import { type ClusterView, EMPTY_CLUSTER, type TraitContribution } from '@capstan/plugin-api';
import { restrictedTo } from './cluster-view.ts';
import type { ComposedTrait } from './compose.ts';
import { needsContribution } from './lookup.ts';
import type { DecidedTrait } from './model.ts';
import { objectKey } from './names.ts';
import { healthOfGroup, healthOfRaw, type LiveState, notJudged, waiting } from './object-health.ts';
import type { RenderedComponent } from './render.ts';
import { actingObjects, type RenderedTrait } from './render-traits.ts';

/** What the status says of a trait whose kind no TraitDefinition registers, in the reference's words. */
export const DUMMY_TRAIT_MESSAGE =
  'No valid TraitDefinition found, all framework capabilities will work as default or disabled';

/** Reason of a trait whose work another trait's controller does. */
export const TAKEN_OVER = 'TakenOver';

const HAS_TAKEN_OVER = 'has taken over what it makes';

/** Whether what the status says of a trait means that it is not ready; of one that is well it tells only who acts for it. */
export function isComplaint(message: string | undefined): message is string {
  return message !== undefined && message !== DUMMY_TRAIT_MESSAGE && !message.endsWith(HAS_TAKEN_OVER);
}

/** How a trait does, judged by the live state of what it acts by. */
export function assessTrait(
  state: LiveState,
  component: RenderedComponent,
  trait: RenderedTrait,
  waitsFor: readonly string[],
): DecidedTrait {
  const { composed, object } = trait;
  const { served, registered } = composed;
  const reference = referenceTo(object);
  const health = waitsFor.length > 0 ? waiting(waitsFor) : healthOfTrait(state, component, trait);
  const said = health.status !== 'ready' || health.reason === TAKEN_OVER ? health.message : undefined;
  const message = registered ? said : DUMMY_TRAIT_MESSAGE;
  return {
    key: objectKey(reference),
    reference,
    ...(message ? { message } : {}),
    health,
    ownStatus: isOurs(composed) && served.subresources.includes('status'),
  };
}

/** Whether nobody but a plugin's functions acts on a trait; of a raw kind they only add to what its controller does. */
function isOurs({ contribution, served }: ComposedTrait): boolean {
  return contribution !== undefined && (contribution.render !== undefined || needsContribution(served.name));
}

function healthOfTrait(state: LiveState, { takenBy }: RenderedComponent, trait: RenderedTrait): Health {
  const { composed, object } = trait;
  const { contribution } = composed;
  const acting = actingObjects(trait);
  const left = acting.filter((one) => !takenBy.has(objectKey(referenceTo(one))));
  const [first] = acting;
  if (first && left.length === 0) return takenOver(takenBy.get(objectKey(referenceTo(first))));
  if (contribution?.health) {
    const health = contribution.health.bind(contribution);
    return healthOfGroup(state, object, left, (owner, live) => health(owner, live, viewFor(state, composed)));
  }
  if (!isOurs(composed)) return healthOfRaw(state, object);
  return healthOfGroup(state, object, contribution?.render ? left : [], undefined);
}

function takenOver(taker: ObjectReference | undefined): Health {
  const by = taker ? describeObject(taker) : 'another trait';
  return { status: 'ready', reason: TAKEN_OVER, message: `${by} ${HAS_TAKEN_OVER}` };
}

/** The workload's health as the first trait sees it that says something about it. */
export function workloadHealthByTrait(state: LiveState, component: RenderedComponent): Health | undefined {
  return firstAnswer(state, component, (contribution, ...input) => {
    if (!contribution.workloadHealth) return undefined;
    try {
      return contribution.workloadHealth(...input);
    } catch (error) {
      return notJudged(error);
    }
  });
}

/** The live object that has the workload's pods, where a trait says that it is another than the workload's child. */
export function podOwnerByTrait(state: LiveState, component: RenderedComponent): KubernetesObject | undefined {
  return firstAnswer(state, component, (contribution, ...input) => {
    try {
      return contribution.podOwner?.(...input);
    } catch {
      // The trait's health tells of it: it is judged by the same functions from the same objects.
      return undefined;
    }
  });
}

type Ask<T> = (
  contribution: TraitContribution,
  trait: KubernetesObject,
  objects: readonly KubernetesObject[],
  cluster: ClusterView,
) => T | undefined;

/** Asks the live traits of a component in their order, each with what is live of the objects by which it acts. */
function firstAnswer<T>(state: LiveState, component: RenderedComponent, ask: Ask<T>): T | undefined {
  for (const trait of component.traits) {
    const { composed, object } = trait;
    const live = state.live.get(objectKey(referenceTo(object)));
    if (!composed.contribution || !live) continue;
    const objects = actingObjects(trait).flatMap((one) => state.live.get(objectKey(referenceTo(one))) ?? []);
    const answer = ask(composed.contribution, live, objects, viewFor(state, composed));
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** The cluster as the plugin behind a trait or workload may look at it. */
export function viewFor({ cluster = EMPTY_CLUSTER }: LiveState, { kinds }: Pick<ComposedTrait, 'kinds'>): ClusterView {
  return restrictedTo(kinds, cluster);
}
