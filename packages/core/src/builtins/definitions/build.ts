import type { KindReference } from '@capstan/base';
import {
  OAM_API_VERSION,
  type ScopeDefinition,
  type TraitDefinition,
  type WorkloadDefinition,
} from '@capstan/oam-model';
import { FRIENDLY, FRIENDLY_VERSION } from '../friendly-crd.ts';

/** What a WorkloadDefinition needs. `name` is that of the CRD or built-in resource, `<plural>.<group>`. */
export interface WorkloadDefinitionInput {
  readonly name: string;
  readonly description: string;
  readonly children?: readonly KindReference[];
  /** Fields that the workload itself decides for good. */
  readonly owns?: readonly string[];
  /** Where its pods are described, for workloads that Kubernetes brings. */
  readonly podSpecPath?: string;
}

/** A WorkloadDefinition of Capstan's own. */
export function workloadDefinition(input: WorkloadDefinitionInput): WorkloadDefinition {
  const { name, description, children, owns, podSpecPath } = input;
  return {
    apiVersion: OAM_API_VERSION,
    kind: 'WorkloadDefinition',
    metadata: { ...metadataOf(name, description), ...(podSpecPath ? { labels: { [POD_SPECABLE]: 'true' } } : {}) },
    spec: {
      definitionRef: { name, ...versionOf(name) },
      ...(children ? { childResourceKinds: children } : {}),
      ...(podSpecPath ? { podSpecPath } : {}),
      ...(owns ? { extension: { owns } } : {}),
    },
  };
}

/** What a TraitDefinition needs. */
export interface TraitDefinitionInput extends Omit<TraitDefinition['spec'], 'definitionRef'> {
  readonly name: string;
  readonly description: string;
}

/** A TraitDefinition of Capstan's own. */
export function traitDefinition({ name, description, ...spec }: TraitDefinitionInput): TraitDefinition {
  return {
    apiVersion: OAM_API_VERSION,
    kind: 'TraitDefinition',
    metadata: metadataOf(name, description),
    spec: { definitionRef: { name, ...versionOf(name) }, ...spec },
  };
}

/** What a ScopeDefinition needs. */
export interface ScopeDefinitionInput extends Omit<ScopeDefinition['spec'], 'definitionRef'> {
  readonly name: string;
  readonly description: string;
}

/** A ScopeDefinition of Capstan's own. */
export function scopeDefinition({ name, description, ...spec }: ScopeDefinitionInput): ScopeDefinition {
  return {
    apiVersion: OAM_API_VERSION,
    kind: 'ScopeDefinition',
    metadata: metadataOf(name, description),
    spec: { definitionRef: { name }, ...spec },
  };
}

/** Says that `podSpecPath` is right; the label is the reference's. */
const POD_SPECABLE = 'workload.oam.dev/podspecable';

function metadataOf(name: string, description: string) {
  return { name, annotations: { 'capstan.dev/description': description } };
}

function versionOf(name: string): { version?: string } {
  const friendly = Object.values(FRIENDLY).some((group) => name.endsWith(`.${group}`));
  return friendly ? { version: FRIENDLY_VERSION } : {};
}
