import type { KubernetesObject, ObjectReference } from '@capstan/base';
import type {
  ApplicationConfiguration,
  DataInput,
  DataOutput,
  DataStore,
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
  /** The live state of what `observedByDataPassing` names. */
  readonly live: (reference: ObjectReference) => KubernetesObject | undefined;
}

/** A store that is to be written once its source is applied. */
export interface StoreWrite {
  /** Key of the slot whose object is the source. */
  readonly source: string;
  readonly store: ObjectReference;
  readonly operations: NonNullable<DataStore['operations']>;
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
  readonly storeWrites: readonly StoreWrite[];
  readonly problems: readonly DataProblem[];
}
