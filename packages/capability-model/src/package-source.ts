import type { CapabilityPackage } from './package.ts';
import type { CrdOffer } from './package-install.ts';

/** A CRD as capability.yaml names it: its own ones by name, those of a chart or of its programs with their facts. */
export type CrdSource =
  | { readonly name: string; readonly from: 'package' }
  | (Omit<CrdOffer, 'from' | 'singular' | 'digest' | 'object'> & {
      readonly from: 'chart';
      readonly unit: string;
      readonly singular?: string;
    })
  | (Omit<CrdOffer, 'from' | 'singular' | 'digest' | 'object' | 'unit'> & {
      readonly from: 'runtime';
      readonly singular?: string;
    });

/** A Definition as capability.yaml names it; the rest is read from definitions/ and crds/. */
export interface DefinitionSource {
  readonly name: string;
  readonly needs?: string;
  readonly summary?: string;
}

/**
 * The capability.yaml of a plugin's folder: as `CapabilityPackage`, but Definitions and CRDs are named, not embedded.
 * Publishing embeds them from `definitions/*.yaml` and `crds/*.yaml`.
 */
export interface PackageSource extends Omit<CapabilityPackage, 'provides' | 'install'> {
  readonly provides: Omit<CapabilityPackage['provides'], 'definitions'> & {
    readonly definitions: readonly DefinitionSource[];
  };
  readonly install: Omit<CapabilityPackage['install'], 'crds'> & { readonly crds: readonly CrdSource[] };
}
