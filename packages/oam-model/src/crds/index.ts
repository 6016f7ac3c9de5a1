import type { CustomResourceDefinition } from '../schema/types.ts';
import { applicationConfigurationCrd } from './application-configuration.ts';
import { componentCrd } from './component.ts';
import { containerizedWorkloadCrd } from './containerized-workload.ts';
import { scopeDefinitionCrd, traitDefinitionCrd, workloadDefinitionCrd } from './definitions.ts';
import { manualScalerTraitCrd } from './manual-scaler-trait.ts';
import { healthScopeCrd, networkScopeCrd } from './scopes.ts';

/** The CRDs of the eight v1alpha2 kinds, and of NetworkScope. */
export function oamCustomResourceDefinitions(): CustomResourceDefinition[] {
  return [
    workloadDefinitionCrd(),
    traitDefinitionCrd(),
    scopeDefinitionCrd(),
    componentCrd(),
    applicationConfigurationCrd(),
    containerizedWorkloadCrd(),
    manualScalerTraitCrd(),
    healthScopeCrd(),
    networkScopeCrd(),
  ];
}
