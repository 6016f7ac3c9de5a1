import { OAM_CODES } from '../codes.ts';

/** The rules of the engine. */
export type RuleName =
  | 'appliesToWorkloads'
  | 'conflictsWith'
  | 'oneTraitPerType'
  | 'oneOwnerPerField'
  | 'oneRoutePerHost'
  | 'oneWorkloadPerSelector'
  | 'podDisruptive';

/** The object that a rule stands in. */
export interface RuleSource {
  /** `Capstan`: a rule of the runtime itself, about kinds that it knows. */
  readonly kind: 'TraitDefinition' | 'WorkloadDefinition' | 'Capstan';
  /** Name of the Definition. */
  readonly name: string;
  /** The field of the Definition, for instance `spec.conflictsWith[1]`. */
  readonly field?: string;
}

/** A rule's answer, for people who ask why. */
export interface Verdict {
  readonly allowed: boolean;
  /** What decided, as a sentence without its full stop. */
  readonly rule: string;
  readonly source: RuleSource;
}

/** What a verdict is about: a component of an application, or one of its traits. */
export interface RuleObject {
  /** Index in `spec.components`. */
  readonly index: number;
  /** Name of the component's instance. */
  readonly component: string;
  /** Index in the component's `traits`; absent for its workload. */
  readonly trait?: number;
  /** The type, as its Definition or CRD is named. */
  readonly type: string;
}

/** A verdict about a part of an application. */
export interface RuleVerdict extends Verdict {
  readonly name: RuleName;
  /** `error` exactly when not allowed; `info` where all is well or nothing can be done about it. */
  readonly severity: 'error' | 'warning' | 'info';
  /** Listed in `OAM_CODES`. */
  readonly code: string;
  /** What is wrong, where something is; the reference's words where it knows the rule. */
  readonly message: string;
  readonly object: RuleObject;
  /** The other part, where the rule is about two. */
  readonly other?: RuleObject;
}

/** `TraitDefinition x, spec.conflictsWith[1]`: how people are told where a rule stands. */
export function describeSource({ kind, name, field }: RuleSource): string {
  return field === undefined ? `${kind} ${name}` : `${kind} ${name}, ${field}`;
}

/** The rule that a verdict states, and where it stands. */
type Basis = Pick<Verdict, 'rule' | 'source'>;

/** What the verdict is about. */
type Finding = Pick<RuleVerdict, 'name' | 'message' | 'object' | 'other'>;

const CODES: Readonly<Record<RuleName, string>> = {
  appliesToWorkloads: OAM_CODES.traitNotApplicable,
  conflictsWith: OAM_CODES.traitConflict,
  oneTraitPerType: OAM_CODES.traitRepeated,
  oneOwnerPerField: OAM_CODES.traitOwner,
  oneRoutePerHost: OAM_CODES.hostTaken,
  oneWorkloadPerSelector: OAM_CODES.selectorShared,
  podDisruptive: OAM_CODES.traitDisruptive,
};

/** A verdict that refuses. */
export function refusal({ rule, source }: Basis, finding: Finding): RuleVerdict {
  return { ...finding, allowed: false, severity: 'error', code: CODES[finding.name], rule, source };
}

/** A verdict that allows, and says why or warns. */
export function note({ rule, source }: Basis, severity: 'warning' | 'info', finding: Finding): RuleVerdict {
  return { ...finding, allowed: true, severity, code: CODES[finding.name], rule, source };
}
