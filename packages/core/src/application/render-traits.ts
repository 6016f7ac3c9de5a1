import { describeObject, type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import {
  type ComponentContext,
  EMPTY_CLUSTER,
  type Problem,
  type TraitNeighbour,
  type TraitRenderInput,
} from '@capstan/plugin-api';
import { restrictedTo } from './cluster-view.ts';
import type { ComposedTrait } from './compose.ts';
import type { ObservedApplication } from './model.ts';
import { objectKey } from './names.ts';
import type { Complain } from './problems.ts';

/** A trait as it is applied, and what it renders. */
export interface RenderedTrait {
  readonly composed: ComposedTrait;
  readonly object: KubernetesObject;
  readonly objects: readonly KubernetesObject[];
}

/** A trait with what it refers to: as applied, and with its CRD's defaults as plugins see it. */
export interface TargetedTrait {
  readonly composed: ComposedTrait;
  readonly target: ObjectReference;
  readonly object: KubernetesObject;
  readonly effective: KubernetesObject;
  readonly waits: boolean;
}

/** A trait whose controller makes some of the component's objects. */
export interface Taker {
  /** The trait object. */
  readonly reference: ObjectReference;
  readonly takes: (object: KubernetesObject) => boolean;
}

/** What the traits of a component render, and what they take over. */
export interface RenderedTraits {
  readonly traits: readonly RenderedTrait[];
  readonly takers: readonly Taker[];
  /** Who makes an object of the component in its place, by the object's key. */
  readonly takenBy: ReadonlyMap<string, ObjectReference>;
}

/** What traits are rendered from. */
export interface TraitsInput {
  readonly traits: readonly TargetedTrait[];
  readonly workload: KubernetesObject;
  readonly children: readonly KubernetesObject[];
  readonly context: ComponentContext;
}

/**
 * Checks and renders the traits of a component in their order, those that take something over after all others, so that
 * they see what there is to take. A trait with a problem renders nothing.
 */
export function renderTraits(observed: ObservedApplication, input: TraitsInput, complain: Complain): RenderedTraits {
  return new TraitRendering(observed, input, complain).run();
}

/** The objects by which a trait acts: what its plugin renders, else the trait object itself. */
export function actingObjects({ composed, object, objects }: RenderedTrait): readonly KubernetesObject[] {
  return composed.contribution?.render ? objects : [object];
}

/** Labels of the host win: selectors and informers depend on them. */
export function decorated(object: KubernetesObject, context: ComponentContext): KubernetesObject {
  const labels = { ...object.metadata.labels, ...context.labels };
  return { ...object, metadata: { ...object.metadata, namespace: context.namespace, labels } };
}

/** Tells of something that is wrong with a workload or trait. */
export function complainAbout(
  reason: 'InvalidWorkload' | 'InvalidTrait',
  object: KubernetesObject,
  { path, message, hint }: Problem,
  complain: Complain,
): void {
  const role = reason === 'InvalidTrait' ? 'trait' : 'workload';
  complain(reason, `${role} ${object.kind}: ${path}: ${message}`, {
    kind: object.kind,
    path,
    ...(hint ? { hint } : {}),
  });
}

class TraitRendering {
  readonly #observed: ObservedApplication;
  readonly #input: TraitsInput;
  readonly #complain: Complain;
  /** What each trait rendered, and what the others see of it. */
  readonly #rendered: (readonly KubernetesObject[])[];
  readonly #seen: (readonly KubernetesObject[])[];
  readonly #takenBy = new Map<string, ObjectReference>();
  readonly #takers: Taker[] = [];

  constructor(observed: ObservedApplication, input: TraitsInput, complain: Complain) {
    this.#observed = observed;
    this.#input = input;
    this.#complain = complain;
    this.#rendered = input.traits.map(() => []);
    this.#seen = input.traits.map(({ composed, object, waits }) =>
      waits || composed.contribution?.render ? [] : [object],
    );
  }

  run(): RenderedTraits {
    const { traits } = this.#input;
    const takes = (at: number) => traits[at]?.composed.contribution?.takesOver !== undefined;
    const order = [...traits.keys()];
    for (const at of order.filter((one) => !takes(one))) this.#render(at);
    for (const at of order.filter(takes)) this.#render(at);
    return {
      traits: traits.map(({ composed, object }, at) => ({ composed, object, objects: this.#rendered[at] ?? [] })),
      takers: this.#takers,
      takenBy: this.#takenBy,
    };
  }

  #render(at: number): void {
    const trait = this.#input.traits[at];
    if (!trait) return;
    const { composed, object, waits } = trait;
    if (waits) {
      // What waits is not complete; but what it took when it was applied last is still its controller's.
      const live = this.#observed.live.get(objectKey(referenceTo(object)));
      if (live) this.#take(trait, this.#inputOf(trait, at, live));
      return;
    }
    const input = this.#inputOf(trait, at, trait.effective);
    const whole = { ...input, taken: this.#take(trait, input) };
    const unfit = composed.contribution?.check?.(whole) ?? [];
    for (const problem of unfit) complainAbout('InvalidTrait', object, problem, this.#complain);
    if (unfit.length > 0 || !composed.contribution?.render) return;
    const objects = composed.contribution.render(whole).map((one) => decorated(one, this.#input.context));
    this.#rendered[at] = objects;
    this.#seen[at] = objects;
  }

  #inputOf({ composed, target }: TargetedTrait, at: number, trait: KubernetesObject): TraitRenderInput {
    const { workload, children, context, traits } = this.#input;
    const { cluster = EMPTY_CLUSTER } = this.#observed;
    const neighbours = traits.flatMap((other, index): TraitNeighbour[] => {
      if (index === at) return [];
      const objects = this.#seen[index] ?? [];
      return [{ trait: other.effective, definition: other.composed.served.name, objects }];
    });
    return {
      ...{ trait, workload, children, target, context, neighbours, taken: [] },
      cluster: restrictedTo(composed.kinds, cluster),
    };
  }

  /** What the trait takes of all that is not its own. An object has one taker. */
  #take({ composed, object }: TargetedTrait, input: TraitRenderInput): KubernetesObject[] {
    const { contribution } = composed;
    if (!contribution?.takesOver) return [];
    const reference = referenceTo(object);
    const takes = (one: KubernetesObject) => contribution.takesOver?.(one, input) ?? false;
    this.#takers.push({ reference, takes });
    const taken = [...input.children, ...input.neighbours.flatMap(({ objects }) => objects)].filter(takes);
    for (const one of taken) {
      const key = objectKey(referenceTo(one));
      const other = this.#takenBy.get(key);
      if (!other) this.#takenBy.set(key, reference);
      else {
        const both = `${describeObject(other)} and ${describeObject(reference)}`;
        this.#complain('TraitConflict', `${both} both take over ${describeObject(referenceTo(one))}`);
      }
    }
    return taken;
  }
}
