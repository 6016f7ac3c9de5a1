import type { Health, KubernetesObject, ObjectReference } from '@capstan/base';

/** One line of an application's tree. Plain data. */
export interface TreeNode extends ObjectReference {
  readonly role: 'application' | 'component' | 'workload' | 'trait' | 'scope' | 'resource';
  readonly health: Health;
  /** When the object was created; absent for one that does not exist. */
  readonly createdAt?: string;
  /** What else there is to know: the revision, what comes before it, where its data comes from. */
  readonly remarks?: readonly string[];
  /** True when what is shown was not brought about by the real thing: a simulated pod, a status that a simulation wrote. */
  readonly simulated: boolean;
  readonly children: readonly TreeNode[];
}

/** An application with everything that belongs to it. */
export interface ApplicationTree {
  readonly application: TreeNode;
  /** Pods of this cluster are simulated: nothing runs in them. */
  readonly simulated: boolean;
}

/** Everything that a tree is built from; reads only. */
export interface TreeFacts {
  readonly application: KubernetesObject;
  /** Live workloads, traits and resources of the application's inventory, by `objectKey`. */
  readonly live: ReadonlyMap<string, KubernetesObject>;
  /** Objects of the inventory that the caller may not read. */
  readonly unreadable: readonly ObjectReference[];
  /** Objects that may have been made by those (ReplicaSets, Pods, ...). */
  readonly descendants: readonly KubernetesObject[];
  readonly simulated: boolean;
}
