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
  /**
   * What the cluster can do, by the id of the contract: what is installed, also while it is upgraded or not well. Empty
   * where there is no cluster.
   */
  readonly capabilities: Readonly<Record<string, ProvidedCapability>>;
}

/** Who fulfils a contract in this cluster; of several packages the one that `kubectl get capabilities` names first. */
export interface ProvidedCapability {
  readonly package: string;
  /** Version of the package. */
  readonly version: string;
  /** Features of the contract that it offers. */
  readonly features: readonly string[];
  /** What its metadata exports under `config.exports`, with the values in force. */
  readonly exports: JsonObject;
}

/** Which objects of a kind are looked at; all of them without anything. */
export interface ObjectSelection {
  readonly namespace?: string;
  /** Labels that the objects carry, all of them. */
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * The cluster as a pure function may look at it: caches that are kept up to date by watches. What was asked for is
 * watched from then on, whether it was there or not, and a change of it asks again. Offline it has nothing.
 * Throws CAPSTAN_PLUGIN_KIND_NOT_DECLARED for a kind that the plugin's `kinds` does not name.
 */
export interface ClusterView {
  /** The object, or undefined when it does not exist. */
  get(reference: ObjectReference): KubernetesObject | undefined;
  /**
   * The objects of a kind, in the order of their names. Asked again when one comes, goes, or is to be something else; not
   * when only its status changes: for that, `get` it.
   */
  list(kind: KindReference, selection?: ObjectSelection): readonly KubernetesObject[];
}

/** A cluster without objects: what rendering a file looks at. */
export const EMPTY_CLUSTER: ClusterView = { get: () => undefined, list: () => [] };

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
  /**
   * The children of the workload, after every trait has shaped it. Names, labels and specs; ownership is the host's.
   * Without it the kind has a controller of its own, which makes the children and writes the status.
   */
  render?(workload: KubernetesObject, context: ComponentContext): KubernetesObject[];
  /**
   * Overrides the health that kstatus derives from the children; asked when all of them are there. Without `render` the
   * children are what the workload's controller has made so far of the kinds that the Definition names.
   */
  health?(workload: KubernetesObject, children: readonly KubernetesObject[], cluster: ClusterView): Health;
  /** What the workload's status says beside conditions, observedGeneration and scale, from the live state of it and its children. */
  status?(workload: KubernetesObject, children: readonly KubernetesObject[]): JsonObject;
  /**
   * True for a child that has done its work, by what the live workload's status remembers: when it is gone it is not made
   * again, and `health` is asked without it.
   */
  isDone?(workload: KubernetesObject, child: KubernetesObject): boolean;
}

/** Another trait of the same component. */
export interface TraitNeighbour {
  /** As the application states it, with its Definition's defaults. */
  readonly trait: KubernetesObject;
  /** Name of its TraitDefinition. */
  readonly definition: string;
  /**
   * What it rendered; of a trait without plugin code that is the trait object itself. Empty while it has not rendered:
   * traits render in the order of the component, those with `takesOver` after all others.
   */
  readonly objects: readonly KubernetesObject[];
}

/** What `check` and `render` of a trait are given. */
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
  /** The other traits of the component, in its order. */
  readonly neighbours: readonly TraitNeighbour[];
  /** What this trait takes over of the children and of its neighbours' objects; empty without `takesOver`. */
  readonly taken: readonly KubernetesObject[];
  /** What there is in the cluster, of the kinds that the plugin declares. */
  readonly cluster: ClusterView;
}

/** A trait kind: shapes the workload and renders objects of its own. Pure. */
export interface TraitContribution {
  /** Name of the TraitDefinition, `<plural>.<group>`. */
  readonly definition: string;
  validate?(trait: KubernetesObject): Problem[];
  /** The workload as this trait needs it, for instance without `spec.replicas`. Must not change its input. */
  shape?(workload: KubernetesObject, trait: KubernetesObject): KubernetesObject;
  /**
   * A child of the workload as this trait needs it, for what the workload itself cannot say: a label of the pods. Asked
   * for every child that the workload's plugin renders. Must not change its input, nor what the child is called.
   */
  shapeChild?(child: KubernetesObject, trait: KubernetesObject): KubernetesObject;
  /** What is wrong with the trait on this workload; asked before `render`, which runs only without a problem. */
  check?(input: TraitRenderInput): Problem[];
  render?(input: TraitRenderInput): KubernetesObject[];
  /**
   * Whether this trait's controller makes an object of the component from now on. Asked for every child of the workload
   * and for every object of the neighbours; `input.taken` is still empty then. What is taken is not created; what is live
   * stays, is neither applied nor deleted, and is applied again, with ownership and fields, when this trait goes. A trait
   * all of whose objects are taken is Ready with reason `TakenOver`. A trait that may take over is checked and rendered
   * after the others. Must not look at anything that changes while the trait stays.
   */
  takesOver?(object: KubernetesObject, input: TraitRenderInput): boolean;
  /**
   * A merge patch after which this trait's controller lets go of a live object that is being deleted, without putting
   * anything in order first. Asked, with a growing number of the attempt, when everything that the object works on is
   * deleted too and its controller does not get done. Undefined for objects of others, and when there is nothing to ask for.
   */
  letGo?(object: KubernetesObject, attempt: number): JsonObject | undefined;
  /**
   * What this trait's controller made for a live object and nobody removes once `wanted` is applied in its place: the
   * copy of something that `wanted` does not name any more. Asked for each object that is to be changed; of what it
   * answers, that is deleted which `live` controls. Nothing for objects of others.
   */
  leavesBehind?(live: KubernetesObject, wanted: KubernetesObject): readonly ObjectReference[];
  /** Health of the trait from the live state of what it rendered; asked when all of that is there. */
  health?(trait: KubernetesObject, objects: readonly KubernetesObject[], cluster: ClusterView): Health;
  /**
   * Health of the workload in place of its own, for a trait whose controller runs the workload's pods elsewhere. `trait`
   * and `objects` are live. Undefined leaves it to the next trait, then to the workload.
   */
  workloadHealth?(
    trait: KubernetesObject,
    objects: readonly KubernetesObject[],
    cluster: ClusterView,
  ): Health | undefined;
  /**
   * The live object that has the workload's pods in place of its child: its replicas and pod selector are what the
   * workload shows. Undefined leaves it to the next trait, then to the child.
   */
  podOwner?(
    trait: KubernetesObject,
    objects: readonly KubernetesObject[],
    cluster: ClusterView,
  ): KubernetesObject | undefined;
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
