import type { KubernetesObject, ObjectReference } from '@capstan/base';
import type {
  ApplicationConfiguration,
  DataInput,
  DataOperation,
  DataOutput,
  UnsatisfiedDependency,
} from '../kinds/index.ts';

/** A rendered workload or trait with what it offers and what it waits for. */
export interface DataSlot {
  /** The caller's key of the object. */
  readonly key: string;
  /** As rendered in this pass: named, in its namespace, with its labels and annotations. */
  readonly object: KubernetesObject;
  readonly dataOutputs?: readonly DataOutput[];
  readonly dataInputs?: readonly DataInput[];
  /** The object is left as it is in this pass for a reason outside data passing. */
  readonly held?: boolean;
}

/** The slots of one component. */
export interface DataComponent {
  readonly workload: DataSlot;
  readonly traits: readonly DataSlot[];
}

/** Everything that data passing depends on. */
export interface DataPassingInput {
  readonly application: ApplicationConfiguration;
  /** In the order of the application. */
  readonly components: readonly DataComponent[];
  /** The live state of an object: a source, a store, or a target with conditions. */
  readonly live: (reference: ObjectReference) => KubernetesObject | undefined;
}

/** A store that does not say yet what it is to say. */
export interface StoreWrite {
  readonly store: ObjectReference;
  /** What is to be done with it, in order; every source is there. */
  readonly parts: readonly StorePart[];
}

/** The operations of one output on its store. */
export interface StorePart {
  /** Key of the slot whose object is the source. */
  readonly source: string;
  readonly operations: readonly DataOperation[];
}

/** Why data cannot be passed at all; the stage is the one of the application's condition. */
export interface DataProblem {
  readonly stage: 'render' | 'apply';
  /** Key of the slot. */
  readonly slot: string;
  readonly message: string;
}

/** What data passing comes to in one pass. */
export interface DataPassing {
  /** Objects with all that they waited for in them, by slot. Slots that wait or failed are missing. */
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  /** What a slot waits for: it is neither created nor updated in this pass, and never deleted for it. */
  readonly waiting: ReadonlyMap<string, UnsatisfiedDependency>;
  /** For `status.dependency`, in the reference's order: per component its outputs and inputs, then those of each trait. */
  readonly unsatisfied: readonly UnsatisfiedDependency[];
  /** One write per store, however many outputs it has; none where it says everything already. */
  readonly storeWrites: readonly StoreWrite[];
  readonly problems: readonly DataProblem[];
}
