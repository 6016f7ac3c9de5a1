import type { KubernetesObject } from '@capstan/base';
import { setField } from '../field-path.ts';
import { isJsonObject } from '../json.ts';
import type { ApplicationComponent, Component } from '../kinds/index.ts';
import { componentNameOf, pinnedRevision } from '../names.ts';
import { resolveParameters } from '../parameters.ts';

/** The key under which the Component of an entry stands in `components`: the revision that it pins, else its name. */
export function componentKey(entry: ApplicationComponent): string {
  return pinnedRevision(entry) ?? componentNameOf(entry);
}

/** The Component that an entry means, if it is known. */
export function componentOf(
  entry: ApplicationComponent,
  components: ReadonlyMap<string, Component>,
): Component | undefined {
  return components.get(componentKey(entry));
}

/**
 * The workload of an entry, its parameters set, with what the entry says about it beyond parameters: `instanceName` as
 * metadata.name, and its overrides. Throws CAPSTAN_FIELD_PATH_BLOCKED when the template has something else in the way.
 */
export function withOverrides(workload: KubernetesObject, entry: ApplicationComponent): KubernetesObject {
  const named = entry.instanceName ? setField(workload, ['metadata', 'name'], entry.instanceName) : workload;
  return (entry.overrides ?? []).reduce((object, { fieldPath, value }) => setField(object, fieldPath, value), named);
}

/**
 * The workload of an entry with its parameters, as far as they can be set; what is wrong with them is said where they
 * are set. Undefined where the Component is not known.
 */
export function workloadOf(
  entry: ApplicationComponent,
  components: ReadonlyMap<string, Component>,
): KubernetesObject | undefined {
  const component = componentOf(entry, components);
  if (!isJsonObject(component?.spec) || !isJsonObject(component.spec.workload)) return undefined;
  try {
    return resolveParameters(component, entry.parameterValues);
  } catch {
    return component.spec.workload;
  }
}
