import { groupOf, type KubernetesObject, referenceTo } from '@capstan/base';
import type { ScopeDefinition, TypedReference } from '@capstan/oam-model';
import { objectKey } from '../application/names.ts';
import type { ScopedWorkload, ScopePlan, ScopeProblem, ScopesInput, ScopeWrite } from './model.ts';
import { includesReference, isSameReference, listAt } from './references.ts';

/**
 * Which references to workloads are missing from the application's scopes, and which must not be there: those of workloads
 * that left the application and of scopes that a component left, as long as that is on record. What is gone (a scope, its Definition) is
 * an error only where something is to be added. A Definition without `allowComponentOverlap` lets a workload be in one
 * scope of its kind only (OAM specification, "MUST error").
 */
export function planScopes(input: ScopesInput): ScopePlan {
  const writes = new Map<string, { -readonly [K in keyof ScopeWrite]: ScopeWrite[K] }>();
  const problems: ScopeProblem[] = [];
  const writeOf = (scope: KubernetesObject, path: string) => {
    const reference = referenceTo(scope);
    const known = writes.get(objectKey(reference)) ?? { scope: reference, path, add: [], remove: [] };
    writes.set(objectKey(reference), known);
    return known;
  };
  for (const { workload, reference } of toLeave(input)) {
    const scope = input.scope(reference);
    const path = input.definition(reference)?.spec.workloadRefsPath;
    // Also what a cache does not show: it may not be up to date, and the record goes with this.
    if (!scope || !path || listAt(scope, path) === undefined) continue;
    const write = writeOf(scope, path);
    write.remove = [...write.remove, workload];
  }
  for (const wanted of input.wanted) {
    for (const reference of wanted.scopes) {
      const joined = join(input, wanted, reference);
      if ('problem' in joined) problems.push({ ...joined.problem, component: wanted.component });
      else if (joined.path) {
        const write = writeOf(joined.scope, joined.path);
        write.add = [...write.add, wanted.workload];
      }
    }
  }
  return { writes: [...writes.values()], problems };
}

/** What the status records and the application does not want any more. */
function toLeave({ wanted, recorded }: Pick<ScopesInput, 'wanted' | 'recorded'>) {
  return recorded.flatMap(({ workloadRef, scopes = [] }) => {
    if (!workloadRef) return [];
    const stays = wanted.find((each) => isSameReference(each.workload, workloadRef))?.scopes ?? [];
    const left = scopes.map(({ scopeRef }) => scopeRef).filter((scope) => !includesReference(stays, scope));
    return left.map((reference) => ({ workload: plain(workloadRef), reference }));
  });
}

type Joined =
  | { readonly scope: KubernetesObject /** Absent when nothing is to be written. */; readonly path?: string }
  | { readonly problem: Omit<ScopeProblem, 'component'> };

function join(input: ScopesInput, wanted: ScopedWorkload, reference: TypedReference): Joined {
  const { apiVersion, kind, name } = reference;
  const scope = input.scope(reference);
  if (!scope) return problem('render', `cannot get scope "${name}"`);
  const definition = input.definition(reference);
  if (!definition) return problem('apply', `cannot find scope definition "${apiVersion}" "${kind}" "${name}"`);
  const other = overlap(input, wanted, reference, definition);
  if (other !== undefined) {
    const rule = `ScopeDefinition "${definition.metadata.name}" does not allow overlap`;
    return problem(
      'render',
      `component "${wanted.component}" cannot be in scope "${name}": it is in scope "${other}" and ${rule}`,
    );
  }
  const path = definition.spec.workloadRefsPath;
  if (!path) return { scope };
  const list = listAt(scope, path);
  if (list === undefined) {
    const where = `"${apiVersion}" "${kind}" "${name}" with workloadRefsPath "${path}"`;
    return problem('apply', `cannot find scope workloadRef ${where}: it holds no list`);
  }
  return includesReference(list, wanted.workload) ? { scope } : { scope, path };
}

/** The other scope of this kind that the workload is in, wants to be in, and does not leave in this pass. */
function overlap(
  { recorded, scopesOfKind }: ScopesInput,
  { workload, scopes }: ScopedWorkload,
  reference: TypedReference,
  definition: ScopeDefinition,
): string | undefined {
  if (definition.spec.allowComponentOverlap !== false) return undefined;
  const isOther = ({ apiVersion, kind, name }: TypedReference) =>
    kind === reference.kind && groupOf(apiVersion) === groupOf(reference.apiVersion) && name !== reference.name;
  // Of two in one application the second is told.
  const before = scopes.slice(0, scopes.indexOf(reference)).find(isOther);
  if (before) return before.name;
  const leaves = recorded
    .filter((entry) => entry.workloadRef && isSameReference(entry.workloadRef, workload))
    .flatMap((entry) => entry.scopes ?? [])
    .map(({ scopeRef }) => scopeRef)
    .filter((scope) => !includesReference(scopes, scope));
  const path = definition.spec.workloadRefsPath ?? '';
  return scopesOfKind(reference)
    .map((scope) => ({ scope, reference: plain({ ...scope, name: scope.metadata.name }) }))
    .filter((each) => isOther(each.reference) && !leaves.some((left) => left.name === each.reference.name))
    .find(({ scope }) => path !== '' && includesReference(listAt(scope, path), workload))?.reference.name;
}

function plain({ apiVersion, kind, name }: TypedReference): TypedReference {
  return { apiVersion, kind, name };
}

function problem(stage: ScopeProblem['stage'], message: string): Joined {
  return { problem: { stage, message } };
}
