import { groupOf, type KindReference } from '@capstan/base';
import { FRIENDLY_GROUPS } from '@capstan/capability-model';
import type { Schema, TraitDefinition, WorkloadDefinition } from '@capstan/oam-model';
import type { ObservedApplication } from './model.ts';

/** The Definition of a name: its own, else the `<plural>.<group>` of the CRD that it registers. */
export function definitionNamed<T extends TraitDefinition | WorkloadDefinition>(
  definitions: readonly T[],
  name: string,
): T | undefined {
  return (
    definitions.find((definition) => definition.metadata.name === name) ??
    definitions.find((definition) => definition.spec.definitionRef.name === name)
  );
}

/**
 * Whether a kind (`<plural>.<group>`) is nothing without a plugin behind it: those of the friendly groups have no
 * controller of their own. They are never applied as if they were raw: their effect would be missing without a word.
 */
export function needsContribution(name: string): boolean {
  return FRIENDLY_GROUPS.some((group) => name.endsWith(`.${group}`));
}

const RIGHTS: readonly string[] = ['v1/ServiceAccount', 'v1/Secret'];

/**
 * Whether objects of a kind give rights. Without a Definition they are refused: the controller may make objects that the
 * application's author may not, and only a Definition says that an administrator wants that.
 */
export function givesRights({ apiVersion, kind }: KindReference): boolean {
  return groupOf(apiVersion) === 'rbac.authorization.k8s.io' || RIGHTS.includes(`${apiVersion}/${kind}`);
}

/** The structural schema of a kind, when its CRD is known. */
export function schemaOf(observed: ObservedApplication, name: string, kind: KindReference): Schema | undefined {
  const version = kind.apiVersion.slice(kind.apiVersion.indexOf('/') + 1);
  return observed.crds.get(name)?.spec.versions.find((served) => served.name === version)?.schema?.openAPIV3Schema;
}
