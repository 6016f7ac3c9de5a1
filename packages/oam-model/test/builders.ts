import type { KubernetesObject } from '@capstan/base';
import type { DefinitionCatalog } from '../src/catalog.ts';
import type {
  ApplicationComponent,
  ApplicationConfiguration,
  ApplicationConfigurationSpec,
  Component,
  ComponentSpec,
  Definition,
  TraitDefinition,
  TraitDefinitionSpec,
  WorkloadDefinition,
  WorkloadDefinitionSpec,
} from '../src/kinds/index.ts';
import { OAM_API_VERSION } from '../src/kinds/index.ts';
import type { CustomResourceDefinition } from '../src/schema/types.ts';

/** An application of these entries. */
export function anApplication(
  components: readonly ApplicationComponent[],
  spec: Partial<ApplicationConfigurationSpec> = {},
): ApplicationConfiguration {
  const metadata = { name: 'shop', namespace: 'default' };
  return { apiVersion: OAM_API_VERSION, kind: 'ApplicationConfiguration', metadata, spec: { components, ...spec } };
}

/** A Component with this workload, whose metadata may be left out as in templates. */
export function aComponent(
  name: string,
  workload: Partial<KubernetesObject>,
  spec: Partial<ComponentSpec> = {},
): Component {
  const template = workload as KubernetesObject;
  return { apiVersion: OAM_API_VERSION, kind: 'Component', metadata: { name }, spec: { workload: template, ...spec } };
}

/** A TraitDefinition that registers the CRD of its name. */
export function aTraitDefinition(
  name: string,
  spec: Partial<TraitDefinitionSpec> = {},
  labels: Record<string, string> = {},
): TraitDefinition {
  return {
    apiVersion: OAM_API_VERSION,
    kind: 'TraitDefinition',
    metadata: { name, labels },
    spec: { definitionRef: { name }, ...spec },
  };
}

/** A WorkloadDefinition that registers the CRD of its name. */
export function aWorkloadDefinition(
  name: string,
  spec: Partial<WorkloadDefinitionSpec> = {},
  labels: Record<string, string> = {},
): WorkloadDefinition {
  return {
    apiVersion: OAM_API_VERSION,
    kind: 'WorkloadDefinition',
    metadata: { name, labels },
    spec: { definitionRef: { name }, ...spec },
  };
}

/** A CRD by its name `<plural>.<group>`, its kind and the versions that it serves. */
export function aCrd(name: string, kind: string, versions: readonly string[]): CustomResourceDefinition {
  const [plural = '', ...group] = name.split('.');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: {
      group: group.join('.'),
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: versions.map((version) => ({ name: version, served: true, storage: version === versions[0] })),
    },
  };
}

/** A catalog of these Definitions and CRDs. */
export function aCatalog(
  definitions: readonly Definition[] = [],
  crds: readonly CustomResourceDefinition[] = [],
): DefinitionCatalog {
  return { definitions, crds };
}
