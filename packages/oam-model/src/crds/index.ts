import type { CustomResourceDefinition } from '../schema/types.ts';
import { applicationConfigurationCrd } from './application-configuration.ts';
import { componentCrd } from './component.ts';
import { scopeDefinitionCrd, traitDefinitionCrd, workloadDefinitionCrd } from './definitions.ts';

/** The CRDs of the v1alpha2 kinds that Capstan serves. */
export function oamCustomResourceDefinitions(): CustomResourceDefinition[] {
  return [
    workloadDefinitionCrd(),
    traitDefinitionCrd(),
    scopeDefinitionCrd(),
    componentCrd(),
    applicationConfigurationCrd(),
  ];
}
