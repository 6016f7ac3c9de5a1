import { groupOf, type KindReference } from '@capstan/base';
import type { TraitDefinition, WorkloadDefinition } from './kinds/index.ts';
import { resourceNameOf } from './plural.ts';

/** A rule's answer, for people who ask why. */
export interface Verdict {
  readonly allowed: boolean;
  /** What decided, as a sentence without its full stop. */
  readonly rule: string;
  /** Name of the Definition that the rule stands in. */
  readonly source: string;
}

/** A kind that a workload makes. `resource` is its plural; guessed from the kind when absent. */
export interface ChildKind extends KindReference {
  readonly resource?: string;
}

/** What the rules ask of a workload. */
export interface WorkloadTarget {
  /** Name of the WorkloadDefinition. */
  readonly definitionName: string;
  /** Name of the CRD, `<plural>.<group>`. */
  readonly definitionRefName: string;
  /** The CRD's group. */
  readonly group: string;
  /** The workload's own kind, for rules of the form `<group>/<version>.<Kind>`. */
  readonly kind?: KindReference;
  readonly childKinds: readonly ChildKind[];
}

/** The answer for a trait on a workload. `child` is what the trait works on where its Definition says `target: child`. */
export interface ApplicabilityVerdict extends Verdict {
  readonly child?: ChildKind;
}

/** What the rules ask of the workloads that a WorkloadDefinition registers. */
export function workloadTarget(definition: WorkloadDefinition, kind?: KindReference): WorkloadTarget {
  const { definitionRef, childResourceKinds } = definition.spec;
  return {
    definitionName: definition.metadata.name,
    definitionRefName: definitionRef.name,
    group: groupOfName(definitionRef.name),
    childKinds: (childResourceKinds ?? []).map(({ apiVersion, kind: child }) => ({ apiVersion, kind: child })),
    ...(kind ? { kind } : {}),
  };
}

/**
 * Whether a trait may be attached to a workload: its Definition names no workloads, or `*`, `*.<group>`, the CRD, the
 * WorkloadDefinition or `<group>/<version>.<Kind>`; with `extension.target: child` the same of a kind that the workload
 * makes.
 */
export function appliesTo(trait: TraitDefinition, workload: WorkloadTarget): ApplicabilityVerdict {
  const source = trait.metadata.name;
  const entries = [...(trait.spec.appliesToWorkloads ?? []), ...(trait.spec.appliesTo ?? [])];
  const ofChildren = trait.spec.extension?.target === 'child';
  const [firstChild] = workload.childKinds;
  const anyChild = ofChildren && firstChild ? { child: firstChild } : {};
  if (entries.length === 0) {
    return { allowed: true, rule: `${source} names no workloads, so it applies to all`, source, ...anyChild };
  }
  const own = entries.find((entry) => matchesWorkload(entry, workload));
  if (own !== undefined) return { allowed: true, rule: `${source} applies to ${own}`, source, ...anyChild };
  for (const child of ofChildren ? workload.childKinds : []) {
    const entry = entries.find((each) => matchesChild(each, child));
    if (entry !== undefined) {
      const rule = `${source} applies to ${entry}, and ${workload.definitionName} makes a ${child.kind}`;
      return { allowed: true, rule, source, child };
    }
  }
  const makes = ofChildren ? ` or makes one of them (it makes ${listOfKinds(workload.childKinds)})` : '';
  const rule = `${source} applies to ${entries.join(', ')}; ${workload.definitionName} is none of them${makes}`;
  return { allowed: false, rule, source };
}

/**
 * Whether two traits may stand on one component: neither Definition's `conflictsWith` names the other by Definition,
 * CRD, `*.<group>`, `labelSelector:<key>=<value>,...` or `*`.
 */
export function conflictVerdict(one: TraitDefinition, other: TraitDefinition): Verdict {
  for (const [from, to] of [[one, other] as const, [other, one] as const]) {
    const entry = (from.spec.conflictsWith ?? []).find((each) => namesTrait(each, from, to));
    if (entry !== undefined) {
      const source = from.metadata.name;
      const as = entry === to.metadata.name ? '' : ` (${entry})`;
      return { allowed: false, rule: `${source} conflicts with ${to.metadata.name}${as}`, source };
    }
  }
  const rule = `neither ${one.metadata.name} nor ${other.metadata.name} conflicts with the other`;
  return { allowed: true, rule, source: one.metadata.name };
}

/** The group in a name of the form `<plural>.<group>`. */
export function groupOfName(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

function matchesWorkload(entry: string, workload: WorkloadTarget): boolean {
  return (
    entry === '*' ||
    entry === workload.definitionRefName ||
    entry === workload.definitionName ||
    isGroup(entry, workload.group) ||
    (workload.kind !== undefined && entry === longName(workload.kind))
  );
}

function matchesChild(entry: string, child: ChildKind): boolean {
  const group = groupOf(child.apiVersion);
  const name = child.resource === undefined ? resourceNameOf(child) : `${child.resource}.${group}`;
  return entry === name || entry === longName(child) || isGroup(entry, group);
}

function isGroup(entry: string, group: string): boolean {
  return group !== '' && entry === `*.${group}`;
}

function longName({ apiVersion, kind }: KindReference): string {
  return `${apiVersion}.${kind}`;
}

function namesTrait(entry: string, from: TraitDefinition, to: TraitDefinition): boolean {
  if (entry === '*') return from.metadata.name !== to.metadata.name;
  if (entry.startsWith('labelSelector:')) return selects(entry.slice('labelSelector:'.length), to);
  const crd = to.spec.definitionRef.name;
  return entry === to.metadata.name || entry === crd || isGroup(entry, groupOfName(crd));
}

function selects(selector: string, trait: TraitDefinition): boolean {
  const terms = selector.split(',').map((term) => term.trim().split(/==?/));
  return terms.every(([key = '', value]) => value !== undefined && trait.metadata.labels?.[key] === value);
}

function listOfKinds(kinds: readonly ChildKind[]): string {
  return kinds.map((each) => each.kind).join(', ') || 'nothing';
}
