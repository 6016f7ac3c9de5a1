import type { KubernetesObject } from '@capstan/base';
import { OAM_API_VERSION, OAM_LABELS, type TraitDefinition, type WorkloadDefinition } from '@capstan/oam-model';
import type { ComposedComponent, ComposedTrait } from './compose.ts';
import { definitionNamed, givesRights, needsContribution } from './lookup.ts';
import type { ObservedApplication, ServedKind } from './model.ts';
import { kindKey } from './names.ts';
import type { Complain } from './problems.ts';

/** What a workload's kind is registered as. */
type RegisteredWorkload = Pick<ComposedComponent, 'served' | 'definition' | 'contribution' | 'kinds'>;

/** How a kind is served, or undefined with a problem reported in the reference's words. */
export function servedAs(
  observed: ObservedApplication,
  role: 'workload' | 'trait',
  { apiVersion, kind, metadata }: KubernetesObject,
  complain: Complain,
): ServedKind | undefined {
  const served = observed.kinds.get(kindKey({ apiVersion, kind }));
  const name = metadata?.name ?? '';
  if (!served) {
    const why = `no matches for kind "${kind}" in version "${apiVersion}"`;
    if (role === 'trait') {
      const message = `cannot find trait definition "${apiVersion}" "${kind}" "${name}": ${why}`;
      complain('TraitKindUnknown', message, { hint: MISSING_KIND });
    } else {
      const message = `cannot apply workload "${name}": ${why}`;
      complain('WorkloadKindUnknown', message, { hint: MISSING_KIND, stage: 'cannot apply components' });
    }
    return undefined;
  }
  // An application is namespaced, and nothing outside of its namespace can be owned by it.
  if (!served.namespaced) complain('KindNotNamespaced', `${apiVersion} ${kind} is not namespaced`);
  return served.namespaced ? served : undefined;
}

/**
 * What registers a workload's kind. As in the reference, a kind without a Definition is applied with what a Definition
 * would say by default; not so one that is nothing without a plugin, or that gives rights.
 */
export function registeredWorkload(
  observed: ObservedApplication,
  object: KubernetesObject,
  served: ServedKind,
  complain: Complain,
): RegisteredWorkload | undefined {
  const label = object.metadata?.labels?.[OAM_LABELS.workloadType];
  const definition = definitionOf(observed.workloadDefinitions, label, served);
  const contribution = observed.contributions.workload(served.name);
  if (!definition && isRefused(object, served)) {
    complain('WorkloadDefinitionMissing', `there is no WorkloadDefinition ${served.name}`, { hint: KEPT });
    return undefined;
  }
  if (!contribution && needsContribution(served.name)) {
    complain('PluginNotLoaded', `workload ${object.kind}: its plugin is not running`, { hint: PLUGIN_OFF });
    return undefined;
  }
  return {
    served,
    definition: definition ?? (dummy('WorkloadDefinition', served) as WorkloadDefinition),
    ...(contribution ? { contribution } : {}),
    kinds: observed.contributions.kinds(served.name),
  };
}

/** What registers a trait's kind, by the same rule as for workloads. */
export function registeredTrait(
  observed: ObservedApplication,
  object: KubernetesObject,
  served: ServedKind,
  complain: Complain,
): ComposedTrait | undefined {
  const label = object.metadata?.labels?.[OAM_LABELS.traitType];
  const definition = definitionOf(observed.traitDefinitions, label, served);
  const contribution = observed.contributions.trait(served.name);
  if (!definition && isRefused(object, served)) {
    const message = `trait ${object.kind}: there is no TraitDefinition ${served.name}`;
    complain('TraitDefinitionMissing', message, { hint: KEPT });
    return undefined;
  }
  if (!contribution && needsContribution(served.name)) {
    complain('PluginNotLoaded', `trait ${object.kind}: its plugin is not running`, { hint: PLUGIN_OFF });
    return undefined;
  }
  return {
    object,
    served,
    definition: definition ?? (dummy('TraitDefinition', served) as TraitDefinition),
    registered: definition !== undefined,
    ...(contribution ? { contribution } : {}),
    kinds: observed.contributions.kinds(served.name),
  };
}

function isRefused(object: KubernetesObject, served: ServedKind): boolean {
  return needsContribution(served.name) || givesRights(object);
}

/** The Definition that a type label names, else that of the kind. */
function definitionOf<T extends TraitDefinition | WorkloadDefinition>(
  definitions: readonly T[],
  label: string | undefined,
  served: ServedKind,
): T | undefined {
  return label
    ? definitions.find(({ metadata }) => metadata.name === label)
    : definitionNamed(definitions, served.name);
}

function dummy(kind: 'WorkloadDefinition' | 'TraitDefinition', { name }: ServedKind) {
  return { apiVersion: OAM_API_VERSION, kind, metadata: { name }, spec: { definitionRef: { name } } };
}

const MISSING_KIND = 'Install the capability that offers it: `capstan cap search`.';
const KEPT = 'Install the package that registers it: `capstan cap search`. Until then what runs is kept as it is.';
const PLUGIN_OFF = 'Its package is not ready: `capstan cap list`. Until then what runs is kept as it is.';
