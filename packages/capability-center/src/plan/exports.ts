import type { JsonObject } from '@capstan/base';
import {
  type CapabilityPackage,
  configuredValues,
  type ExportedValues,
  exportedValues,
  valueSourcesOf,
} from '@capstan/capability-model';

/** A package whose units may copy values of others, and the packages that it needs. */
interface AskingPackage {
  readonly metadata: Pick<CapabilityPackage, 'install'>;
  readonly requires: readonly string[];
}

/**
 * What other packages export for the units of one: by the name that `valuesFrom.of` gives, of a package or of a contract.
 * A contract's exporter is the first by name of the needed packages that provide it, so that the same packages always
 * give the same values. What nobody exports is left out.
 */
export function exportsFor<T extends { readonly metadata: CapabilityPackage }>(
  { metadata, requires }: AskingPackage,
  packages: readonly T[],
  valuesOf: (exporter: T) => JsonObject,
): ExportedValues {
  const names = metadata.install.units.flatMap((unit) => valueSourcesOf(unit).flatMap(({ of }) => of ?? []));
  const exports = [...new Set(names)].flatMap((of) => {
    const exporter = packages.find((one) => one.metadata.name === of) ?? providerOf(of, requires, packages);
    if (!exporter) return [];
    const values = configuredValues(exporter.metadata, valuesOf(exporter));
    return [[of, exportedValues(exporter.metadata, values)] as const];
  });
  return Object.fromEntries(exports);
}

function providerOf<T extends { readonly metadata: CapabilityPackage }>(
  contract: string,
  requires: readonly string[],
  packages: readonly T[],
): T | undefined {
  return packages
    .filter(({ metadata: { name, provides } }) => {
      return requires.includes(name) && provides.capabilities.some(({ id }) => id === contract);
    })
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}
