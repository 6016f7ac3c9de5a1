import type { KindReference } from '@capstan/base';
import { FRIENDLY_GROUPS } from '@capstan/capability-model';
import type { Schema, TraitDefinition, WorkloadDefinition } from '@capstan/oam-model';
import type { ObservedApplication } from './model.ts';

/** The Definition of a `<plural>.<group>` name. */
export function definitionNamed<T extends TraitDefinition | WorkloadDefinition>(
  definitions: readonly T[],
  name: string,
): T | undefined {
  return definitions.find((definition) => definition.spec.definitionRef.name === name);
}

/**
 * Whether a kind (`<plural>.<group>`) is nothing without a plugin behind it: those of the friendly groups have no
 * controller of their own. They are never applied as if they were raw: their effect would be missing without a word.
 */
export function needsContribution(name: string): boolean {
  return FRIENDLY_GROUPS.some((group) => name.endsWith(`.${group}`));
}

/** The structural schema of a kind, when its CRD is known. */
export function schemaOf(observed: ObservedApplication, name: string, kind: KindReference): Schema | undefined {
  const version = kind.apiVersion.slice(kind.apiVersion.indexOf('/') + 1);
  return observed.crds.get(name)?.spec.versions.find((served) => served.name === version)?.schema?.openAPIV3Schema;
}
