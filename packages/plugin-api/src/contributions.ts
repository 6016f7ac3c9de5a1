import type { Health, JsonObject, KindReference, KubernetesObject, ObjectReference } from '@capstan/base';
import { token } from './tokens.ts';

/** A registry of contributions. `add` returns its own undo; a second contribution for one Definition is an error. */
export interface Registry<T> {
  add(contribution: T): () => void;
}

/** Which component of which application something is rendered for. */
export interface ComponentContext {
  readonly application: string;
  readonly component: string;
  readonly namespace: string;
  /** Labels that every object of the component carries; the host adds them to what is rendered. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Something a plugin finds wrong with a trait or workload beyond its CRD's schema. */
export interface Problem {
  /** Dotted path from the object's root, `spec.triggers[0].type`. */
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

/** A workload kind: turns its object into what Kubernetes runs. Pure. */
export interface WorkloadContribution {
  /** Name of the WorkloadDefinition, `<plural>.<group>`. */
  readonly definition: string;
  validate?(workload: KubernetesObject): Problem[];
  /** The children of the workload, after every trait has shaped it. Names, labels and specs; ownership is the host's. */
  render(workload: KubernetesObject, context: ComponentContext): KubernetesObject[];
  /** Overrides the health that kstatus derives from the children. */
  health?(workload: KubernetesObject, children: readonly KubernetesObject[]): Health;
  /** What the workload's status says beside conditions, observedGeneration and scale, from the live state of it and its children. */
  status?(workload: KubernetesObject, children: readonly KubernetesObject[]): JsonObject;
  /**
   * True for a child that has done its work, by what the live workload's status remembers: when it is gone it is not made
   * again, and `health` is asked without it.
   */
  isDone?(workload: KubernetesObject, child: KubernetesObject): boolean;
}

/** What `render` of a trait is given. */
export interface TraitRenderInput {
  /** The trait as the application states it, with its Definition's defaults. */
  readonly trait: KubernetesObject;
  /** The workload after shaping. */
  readonly workload: KubernetesObject;
  /** What the workload rendered to. */
  readonly children: readonly KubernetesObject[];
  /** What the trait works on: the workload, or its child where the Definition says `extension.target: child`. */
  readonly target: ObjectReference;
  readonly context: ComponentContext;
}

/** A trait kind: shapes the workload and renders objects of its own. Pure. */
export interface TraitContribution {
  /** Name of the TraitDefinition, `<plural>.<group>`. */
  readonly definition: string;
  validate?(trait: KubernetesObject): Problem[];
  /** The workload as this trait needs it, for instance without `spec.replicas`. Must not change its input. */
  shape?(workload: KubernetesObject, trait: KubernetesObject): KubernetesObject;
  /** What is wrong with the trait on this workload; asked before `render`, which runs only without a problem. */
  check?(input: TraitRenderInput): Problem[];
  render?(input: TraitRenderInput): KubernetesObject[];
  /** Health of the trait from the live state of what it rendered. */
  health?(trait: KubernetesObject, objects: readonly KubernetesObject[]): Health;
}

/** What a plugin may do with the cluster: only the kinds in its manifest. */
export interface ClusterPort {
  /** The object, or undefined when it does not exist. */
  get(reference: ObjectReference): Promise<KubernetesObject | undefined>;
  list(kind: KindReference, namespace?: string): Promise<KubernetesObject[]>;
  /** Calls back for each change until the signal is aborted; survives broken connections. */
  watch(
    kind: KindReference,
    onChange: (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubernetesObject) => void,
    signal: AbortSignal,
  ): void;
  /** Server-side apply with the plugin's field manager, never forced. */
  apply(object: KubernetesObject): Promise<KubernetesObject>;
  patchStatus(reference: ObjectReference, status: Record<string, unknown>): Promise<KubernetesObject>;
  /** Deleting what is gone already succeeds. */
  delete(reference: ObjectReference): Promise<void>;
}

/** Workload kinds. */
export const workloads = token<Registry<WorkloadContribution>>('capstan.workloads');

/** Trait kinds. */
export const traits = token<Registry<TraitContribution>>('capstan.traits');

/** The cluster, restricted to the kinds that the plugin's manifest names. */
export const cluster = token<ClusterPort>('capstan.cluster');
