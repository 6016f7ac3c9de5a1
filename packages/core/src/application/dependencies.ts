import { describeObject, type Health, referenceTo, worstHealth } from '@capstan/base';
import { conditionsOf, findCondition } from '@capstan/kube';
import { dependencyGraph, type TypedReference, type UnsatisfiedDependency } from '@capstan/oam-model';
import { slotOf } from './compose.ts';
import type { DecidedComponent, PlannedObject } from './model.ts';
import { kindKey, objectKey } from './names.ts';
import type { LiveState } from './object-health.ts';
import type { RenderedComponent } from './render.ts';

/** A component that others are not ready for. */
export interface DependencyWait {
  /** As a sentence: `waits for backend: Deployment/backend is not ready`. */
  readonly reason: string;
  /** The workload that is waited for. */
  readonly on: TypedReference;
}

/** The worst of a component's workload and traits. */
export function healthOf({ health, traits }: DecidedComponent): Health {
  return worstHealth([health, ...traits.map((trait) => trait.health)]);
}

/** A Job is there for its end: only then may come what depends on it. */
function readiness({ live }: LiveState, { workload }: RenderedComponent, assessed: DecidedComponent): Health {
  const health = healthOf(assessed);
  if (health.status !== 'ready' || kindKey(workload) !== 'batch/v1/Job') return health;
  const job = live.get(objectKey(referenceTo(workload)));
  if (job && findCondition(conditionsOf(job), 'Complete')?.status === 'True') return health;
  return {
    status: 'progressing',
    reason: 'JobNotComplete',
    message: `${describeObject(assessed.workload)} has not completed`,
  };
}

/** Whom each component waits for at the moment, in their order: those of its `dependencies` that are not ready. */
export function dependencyWaits(
  state: LiveState,
  components: readonly RenderedComponent[],
  assessed: readonly DecidedComponent[],
): DependencyWait[][] {
  const nodes = components.map(({ composed, workload }) => ({
    instance: composed.instance,
    aliases: [composed.name, workload.metadata.name],
    dependencies: composed.resolved.entry.dependencies ?? [],
  }));
  // What is wrong with them was told when the application was read.
  const { waitsFor } = dependencyGraph(nodes);
  return waitsFor.map((targets) =>
    targets.flatMap((target) => {
      const on = assessed[target];
      const component = components[target];
      const health = on && component && readiness(state, component, on);
      if (!health || health.status === 'ready') return [];
      const { apiVersion, kind, name } = on.workload;
      const reason = `waits for ${on.instance}: ${health.message ?? health.reason}`;
      return [{ reason, on: { apiVersion, kind, name } }];
    }),
  );
}

/** What is left to do when components with unready dependencies are neither created nor updated. */
export interface HeldBack {
  readonly components: readonly RenderedComponent[];
  readonly objects: readonly PlannedObject[];
  readonly unsatisfied: readonly UnsatisfiedDependency[];
}

/** Holds back what waits. A component that is as it should be has nothing to wait with, whatever its dependencies do. */
export function holdBack(
  components: readonly RenderedComponent[],
  objects: readonly PlannedObject[],
  waits: readonly (readonly DependencyWait[])[],
): HeldBack {
  const reasons = new Map<string, readonly string[]>();
  const unsatisfied: UnsatisfiedDependency[] = [];
  const held = components.map((component, at) => {
    const on = waits[at] ?? [];
    const { composed, workload } = component;
    const slot = String(composed.resolved.index);
    const changes = objects.some((object) => object.slot === slot && isChange(object));
    if (on.length === 0 || !changes) return component;
    const sentences = on.map(({ reason }) => reason);
    reasons.set(slot, sentences);
    const { apiVersion, kind, name } = referenceTo(workload);
    unsatisfied.push(...on.map(({ reason, on: from }) => ({ reason, from, to: { apiVersion, kind, name } })));
    const slots = [slotOf(composed), ...composed.traits.map((_, index) => slotOf(composed, index))];
    return { ...component, waits: new Map([...component.waits, ...slots.map((each) => [each, sentences] as const)]) };
  });
  return {
    components: held,
    unsatisfied,
    objects: objects.map((object) => {
      const waitsFor = isChange(object) ? reasons.get(object.slot) : undefined;
      return waitsFor ? { ...object, action: 'wait', waitsFor } : object;
    }),
  };
}

function isChange({ action }: PlannedObject): boolean {
  return action !== 'keep' && action !== 'taken';
}
