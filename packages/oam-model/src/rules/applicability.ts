import { groupOf, type KindReference } from '@capstan/base';
import type { TraitDefinition, WorkloadDefinition } from '../kinds/index.ts';
import { resourceNameOf } from '../plural.ts';
import { namesType, type TypeTarget, targetOfDefinition } from './type-entries.ts';
import type { RuleSource, Verdict } from './verdict.ts';

/** A kind that a workload makes. `resource` is its plural; guessed from the kind when absent. */
export interface ChildKind extends KindReference {
  readonly resource?: string;
}

/** What the rules ask of a workload. */
export interface WorkloadTarget extends TypeTarget {
  readonly childKinds: readonly ChildKind[];
  /** It describes its pods itself (`podSpecPath`), so that a trait that names it works on it, whatever it makes. */
  readonly hasPodSpec?: boolean;
}

/** The answer for a trait on a workload. `child` is what the trait works on where its Definition says `target: child`. */
export interface ApplicabilityVerdict extends Verdict {
  readonly child?: ChildKind;
}

/** What the rules ask of the workloads that a WorkloadDefinition registers. */
export function workloadTarget(definition: WorkloadDefinition, kind?: KindReference): WorkloadTarget {
  const children = definition.spec.childResourceKinds ?? [];
  return {
    ...targetOfDefinition(definition, kind),
    childKinds: children.map(({ apiVersion, kind: child }) => ({ apiVersion, kind: child })),
    ...(definition.spec.podSpecPath ? { hasPodSpec: true } : {}),
  };
}

/** What the rules ask of a workload that no Definition registers; `resourceName` is guessed from the kind when absent. */
export function bareWorkloadTarget({ apiVersion, kind }: KindReference, resourceName?: string): WorkloadTarget {
  const reference = { apiVersion, kind };
  return { resourceName: resourceName ?? resourceNameOf(reference), kind: reference, childKinds: [] };
}

/** The workloads that a TraitDefinition names, each with the field that names it: both lists, the alias last. */
export function appliesToEntries({ spec }: TraitDefinition): { readonly entry: string; readonly field: string }[] {
  return (['appliesToWorkloads', 'appliesTo'] as const).flatMap((list) =>
    (spec[list] ?? []).map((entry, index) => ({ entry, field: `spec.${list}[${index}]` })),
  );
}

/**
 * Whether a trait may be attached to a workload: its Definition names no workloads, or one of its entries names this
 * one (`namesType`); with `extension.target: child` an entry may also name a kind that the workload makes.
 */
export function appliesTo(trait: TraitDefinition, workload: WorkloadTarget): ApplicabilityVerdict {
  const { name } = trait.metadata;
  const entries = appliesToEntries(trait);
  const ofChildren = trait.spec.extension?.target === 'child';
  const [firstChild] = workload.childKinds;
  const anyChild = ofChildren && firstChild && !workload.hasPodSpec ? { child: firstChild } : {};
  const type = workload.definitionName ?? workload.resourceName;
  if (entries.length === 0) {
    const rule = `${name} names no workloads, so it applies to all`;
    return { allowed: true, rule, source: sourceOf(trait, 'spec.appliesToWorkloads'), ...anyChild };
  }
  const own = entries.find(({ entry }) => namesType(entry, workload));
  if (own) {
    return { allowed: true, rule: `${name} applies to ${own.entry}`, source: sourceOf(trait, own.field), ...anyChild };
  }
  for (const child of ofChildren ? workload.childKinds : []) {
    const found = entries.find(({ entry }) => namesType(entry, targetOfChild(child)));
    if (found) {
      const rule = `${name} applies to ${found.entry}, and ${type} makes a ${child.kind}`;
      return { allowed: true, rule, source: sourceOf(trait, found.field), child };
    }
  }
  const makes = ofChildren ? ` or makes one of them (it makes ${listOfKinds(workload.childKinds)})` : '';
  const rule = `${name} applies to ${entries.map(({ entry }) => entry).join(', ')}; ${type} is none of them${makes}`;
  return { allowed: false, rule, source: sourceOf(trait, 'spec.appliesToWorkloads') };
}

function targetOfChild(child: ChildKind): TypeTarget {
  const kind = { apiVersion: child.apiVersion, kind: child.kind };
  const group = groupOf(child.apiVersion);
  return { resourceName: child.resource === undefined ? resourceNameOf(kind) : `${child.resource}.${group}`, kind };
}

function sourceOf(trait: TraitDefinition, field: string): RuleSource {
  return { kind: 'TraitDefinition', name: trait.metadata.name, field };
}

function listOfKinds(kinds: readonly ChildKind[]): string {
  return kinds.map((each) => each.kind).join(', ') || 'nothing';
}
