import type { KindReference, ObjectReference } from '@capstan/base';

/** Group of the kinds of this package. */
export const OAM_GROUP = 'core.oam.dev';

/** `apiVersion` of the kinds of this package. */
export const OAM_API_VERSION = 'core.oam.dev/v1alpha2';

/** A reference to an object of the application's namespace (crossplane's TypedReference). */
export interface TypedReference extends KindReference {
  readonly name: string;
  readonly uid?: string;
}

/** Where a value is read from: a path inside the application. */
export interface ValueFrom {
  readonly fieldPath: string;
}

/** A test of a value before it is passed on. */
export interface ConditionRequirement {
  readonly op: 'eq' | 'notEq' | 'notEmpty';
  readonly value?: string;
  readonly valueFrom?: ValueFrom;
  /** Path on the source object; the passed value itself when absent. */
  readonly fieldPath?: string;
}

/** One change of a store object. */
export interface DataOperation {
  readonly type: string;
  readonly op: 'add' | 'delete' | 'replace';
  readonly toFieldPath: string;
  readonly toDataPath?: string;
  readonly value?: string;
  readonly valueFrom?: ValueFrom;
  readonly conditions?: readonly ConditionRequirement[];
}

/** An object, for instance a ConfigMap, through which data is passed. */
export interface DataStore extends TypedReference {
  readonly operations?: readonly DataOperation[];
}

/** A value that a workload or trait offers to others under a name. */
export interface DataOutput {
  readonly name?: string;
  readonly fieldPath?: string;
  readonly conditions?: readonly ConditionRequirement[];
  readonly outputStore?: DataStore;
}

/** A value that a workload or trait waits for. */
export interface DataInput {
  readonly valueFrom?: { readonly dataOutputName: string };
  readonly toFieldPaths?: readonly string[];
  readonly conditions?: readonly ConditionRequirement[];
  readonly inputStore?: DataStore;
}

/** One object that an application made. `namespace` is absent for cluster-scoped kinds. */
export interface InventoryEntry extends ObjectReference {
  readonly uid?: string;
}
