/** The rules by which two bodies of a CRD are compared. `unknown-change` is the rule for all that no other knows. */
export const CRD_RULES = [
  'scope-changed',
  'names-changed',
  'stored-version-removed',
  'served-version-removed',
  'storage-version-changed',
  'conversion-changed',
  'conversion-missing',
  'field-removed',
  'required-added',
  'type-changed',
  'default-added',
  'default-changed',
  'default-removed',
  'enum-added',
  'enum-narrowed',
  'bound-tightened',
  'pattern-changed',
  'format-changed',
  'nullable-removed',
  'additional-properties-narrowed',
  'unknown-fields-dropped',
  'cel-rule-added',
  'list-type-changed',
  'subresource-removed',
  'unknown-change',
] as const;

/** The name of a rule. */
export type CrdRule = (typeof CRD_RULES)[number];

/**
 * How bad a finding is. `blocking` forbids the change whatever is stored; `unsafe` forbids it unless every stored
 * instance was checked and fits; `notice` is only told.
 */
export type CrdSeverity = 'blocking' | 'unsafe' | 'notice';

/** How bad a finding of each rule is. */
export const CRD_SEVERITIES: Readonly<Record<CrdRule, CrdSeverity>> = {
  'scope-changed': 'blocking',
  'names-changed': 'blocking',
  'stored-version-removed': 'blocking',
  'conversion-missing': 'blocking',
  'served-version-removed': 'unsafe',
  'storage-version-changed': 'notice',
  'conversion-changed': 'notice',
  'field-removed': 'unsafe',
  'required-added': 'unsafe',
  'type-changed': 'unsafe',
  'default-added': 'notice',
  'default-changed': 'unsafe',
  'default-removed': 'unsafe',
  'enum-added': 'unsafe',
  'enum-narrowed': 'unsafe',
  'bound-tightened': 'unsafe',
  'pattern-changed': 'unsafe',
  'format-changed': 'unsafe',
  'nullable-removed': 'unsafe',
  'additional-properties-narrowed': 'unsafe',
  'unknown-fields-dropped': 'unsafe',
  'cel-rule-added': 'unsafe',
  'list-type-changed': 'unsafe',
  'subresource-removed': 'unsafe',
  'unknown-change': 'unsafe',
};

/** One difference between two bodies of a CRD. */
export interface CrdFinding {
  readonly rule: CrdRule;
  readonly severity: CrdSeverity;
  /** Served or stored version of the CRD; absent for what concerns all of it. */
  readonly version?: string;
  /** Dotted path of the field below the version's schema; `[]` for items, `{}` for values of a map. */
  readonly path?: string;
  readonly message: string;
}

/** A stored object that the new schema refuses. */
export interface CrdOffender {
  readonly namespace?: string;
  readonly name: string;
  readonly version: string;
  /** `spec.minReplicaCount must be >= 1`: paths and rules, never values. */
  readonly problems: readonly string[];
}

/** What the stored objects say about a new schema. */
export interface InstanceCheck {
  readonly checked: number;
  /** Objects that the present schema accepts and the new one refuses, or of which it would drop fields. */
  readonly invalid: number;
  /** Objects that neither schema accepts: no fault of the change. */
  readonly invalidBefore: number;
  /** The first ones, sorted by namespace and name. */
  readonly offenders: readonly CrdOffender[];
  /** Why not all of them could be checked. */
  readonly incomplete?: string;
}

/** What is known about a CRD that changes. At most 32 KiB as JSON; `omitted` counts the findings that were left out. */
export interface CrdReview {
  readonly verdict: 'safe' | 'caution' | 'blocked';
  readonly findings: readonly CrdFinding[];
  readonly omitted: number;
  readonly instances?: InstanceCheck;
  /** Versions in which objects are stored now. */
  readonly storedVersions: readonly string[];
  /** Paths of fields that only the new body has; the first 50. */
  readonly addedFields: readonly string[];
}

/** Stored objects are rewritten page by page in version `to`; then `status.storedVersions` is trimmed. */
export interface StorageMigration {
  readonly from: readonly string[];
  readonly to: string;
  /**
   * `after` the new CRD is applied, because its storage version is another one; `before`, because it lacks a version in
   * which objects are still stored and which the CRD in the cluster can rewrite.
   */
  readonly when: 'before' | 'after';
  /** Objects that were there when the plan was made. */
  readonly instances: number;
}
