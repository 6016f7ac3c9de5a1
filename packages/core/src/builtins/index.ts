import type { KubernetesObject } from '@capstan/base';
import { webServicePlugin } from './webservice.ts';
import { webServiceCrd, webServiceDefinition } from './webservice-crd.ts';

/** What Capstan itself contributes, as plugins. */
export const builtinPlugins = [webServicePlugin] as const;

/** The CRDs and Definitions of the built-in workloads, in the order in which they are applied. */
export function builtinManifests(): KubernetesObject[] {
  return [structuredClone(webServiceCrd), structuredClone(webServiceDefinition)];
}
