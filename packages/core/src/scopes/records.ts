import type { KubernetesObject } from '@capstan/base';
import type {
  ApplicationConfiguration,
  ScopeDefinition,
  ScopeStatusEntry,
  TypedReference,
  WorkloadStatusEntry,
} from '@capstan/oam-model';
import { SCOPE_FINALIZER, type ScopedWorkload } from './model.ts';
import { includesReference, isSameReference, listAt } from './references.ts';

/** The ScopeDefinition of a kind: named as the kind's CRD (`<plural>.<group>`), else the one whose `definitionRef` names it. */
export function scopeDefinitionFor(
  definitions: readonly ScopeDefinition[],
  crdName: string,
): ScopeDefinition | undefined {
  return (
    definitions.find(({ metadata }) => metadata.name === crdName) ??
    definitions.find(({ spec }) => spec.definitionRef.name === crdName)
  );
}

/** `scopes` of a workload in the status: `status` strings are places for other controllers, and kept. */
export function scopeEntries(
  before: readonly ScopeStatusEntry[] | undefined,
  scopes: readonly TypedReference[],
): ScopeStatusEntry[] {
  return scopes.map(({ apiVersion, kind, name }) => {
    const scopeRef = { apiVersion, kind, name };
    const status = before?.find((entry) => isSameReference(entry.scopeRef, scopeRef))?.status;
    return { ...(status ? { status } : {}), scopeRef };
  });
}

/**
 * `status.workloads` with the scopes that are about to be joined, to be written before they are: whoever comes after a
 * crash knows then what to take back. Undefined when everything is on record.
 */
export function scopesToRecord(
  recorded: readonly WorkloadStatusEntry[],
  wanted: readonly ScopedWorkload[],
): WorkloadStatusEntry[] | undefined {
  let next: WorkloadStatusEntry[] | undefined;
  for (const { component, workload, scopes } of wanted) {
    const list: WorkloadStatusEntry[] = next ?? [...recorded];
    const at = list.findIndex(({ workloadRef }) => workloadRef && isSameReference(workloadRef, workload));
    const known = list[at]?.scopes ?? [];
    const missing = scopes.filter(
      (scope) =>
        !includesReference(
          known.map(({ scopeRef }) => scopeRef),
          scope,
        ),
    );
    if (missing.length === 0) continue;
    const entry = list[at] ?? { componentName: component, workloadRef: workload };
    const changed = { ...entry, scopes: [...known, ...scopeEntries(undefined, missing)] };
    next = at < 0 ? [...list, changed] : list.with(at, changed);
  }
  return next;
}

/** The finalizers that an application must have before it joins a scope, or undefined when it has them. */
export function finalizersToJoin({ metadata, spec }: ApplicationConfiguration): string[] | undefined {
  const finalizers = metadata.finalizers ?? [];
  const wants = !metadata.deletionTimestamp && spec.components.some(({ scopes }) => scopes?.length);
  return wants && !finalizers.includes(SCOPE_FINALIZER) ? [...finalizers, SCOPE_FINALIZER] : undefined;
}

/**
 * The finalizers that remain once every scope is left: when the application is being deleted, or has no scopes any more.
 * Undefined when nothing changes. To be asked for after the plan's writes have succeeded.
 */
export function finalizersAfterLeaving({ metadata, spec }: ApplicationConfiguration): string[] | undefined {
  const finalizers = metadata.finalizers ?? [];
  const wants = !metadata.deletionTimestamp && spec.components.some(({ scopes }) => scopes?.length);
  return !wants && finalizers.includes(SCOPE_FINALIZER)
    ? finalizers.filter((finalizer) => finalizer !== SCOPE_FINALIZER)
    : undefined;
}

/**
 * Whether a change of a scope that goes on existing is nothing to an application: it is in the scope with all that the
 * status records, and reads nothing else from it. Else a scope would wake all that are in it whenever one joins, and
 * with each change of its own status.
 */
export function isStillIn(
  { spec, status }: ApplicationConfiguration,
  scope: KubernetesObject,
  path: string | undefined,
): boolean {
  const reference = { apiVersion: scope.apiVersion, kind: scope.kind, name: scope.metadata.name };
  const parts = spec.components.flatMap((component) => [component, ...(component.traits ?? [])]);
  const hasStores = parts.some(
    ({ dataInputs, dataOutputs }) =>
      dataInputs?.some(({ inputStore }) => inputStore) || dataOutputs?.some(({ outputStore }) => outputStore),
  );
  if (!path || hasStores) return false;
  const members = (status?.workloads ?? []).filter(({ scopes }) =>
    scopes?.some(({ scopeRef }) => isSameReference(scopeRef, reference)),
  );
  const list = listAt(scope, path);
  return members.length > 0 && members.every(({ workloadRef }) => workloadRef && includesReference(list, workloadRef));
}
