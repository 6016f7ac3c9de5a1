import { type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import type { CapabilityPackage } from '@capstan/capability-model';
import { definitionsOf } from '../plan/definitions.ts';
import type { PackagePlan } from '../plan/types.ts';
import { INSTALLER, packageOf } from './labels.ts';
import type { Run } from './run.ts';

/** Makes the Definitions of a package visible to application developers. */
export async function publishDefinitions(run: Run, metadata: CapabilityPackage): Promise<void> {
  for (const definition of definitionsOf(metadata)) {
    await run.context.client.apply(definition, { fieldManager: INSTALLER, signal: run.signal });
  }
}

/** The Definitions that a package has now and its planned version lacks. */
export function goingDefinitions({ definitions }: PackagePlan): ObjectReference[] {
  return definitions
    .filter(({ action }) => action === 'remove')
    .map(({ role, name }) => ({ apiVersion: 'core.oam.dev/v1alpha2', kind: DEFINITION_KINDS[role], name }));
}

/** The Definitions that a package brings. */
export function ownDefinitions(metadata: CapabilityPackage): ObjectReference[] {
  return definitionsOf(metadata).map(referenceTo);
}

/** Takes Definitions of a package away, the last first; those that belong to somebody else by now stay. */
export async function withdrawDefinitions(
  run: Run,
  packageName: string,
  definitions: readonly ObjectReference[],
): Promise<void> {
  const { client } = run.context;
  for (const definition of definitions.toReversed()) {
    const live: KubernetesObject | undefined = await client.get(definition);
    if (live && packageOf(live) === packageName) await client.delete(definition);
  }
}

/** The kinds of the three Definitions. */
export const DEFINITION_KINDS = {
  workload: 'WorkloadDefinition',
  trait: 'TraitDefinition',
  scope: 'ScopeDefinition',
} as const;
