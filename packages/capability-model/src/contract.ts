import type { JsonObject } from '@capstan/base';

/** `apiVersion` of a contract document. */
export const CONTRACT_API_VERSION = 'contract.capstan.dev/v1';

/** `kind` of a contract document. */
export const CONTRACT_KIND = 'CapabilityContract';

/** Something that a provider of a contract version may be able to do. */
export interface ContractFeature {
  /** DNS label; packages claim it and requirements ask for it by this name. */
  readonly name: string;
  /** One line for people. */
  readonly summary: string;
  /** Id of the test that shows it: `<contract>/<feature>` and what the test is of. */
  readonly test: string;
}

/** One version of a contract; its list of features is closed. */
export interface ContractVersion {
  /** Semver. A higher minor only adds features; a higher major may take some away or change what they mean. */
  readonly version: string;
  readonly features: readonly ContractFeature[];
  /** The Definition's schema that goes with it, for people. */
  readonly notes?: string;
}

/**
 * What a capability means, apart from who provides it: its id, its versions and their features. Contract versions are
 * not package versions; else each release of a provider would break those that depend on it.
 */
export interface CapabilityContract {
  readonly apiVersion: typeof CONTRACT_API_VERSION;
  readonly kind: typeof CONTRACT_KIND;
  readonly id: string;
  /** One line: what a cluster can do that has it. */
  readonly summary: string;
  /** Oldest first. */
  readonly versions: readonly ContractVersion[];
}

/** A contract document as its file holds it, unknown fields kept. */
export type ContractDocument = CapabilityContract & JsonObject;
