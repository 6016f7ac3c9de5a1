import type { JsonObject, JsonValue, KubernetesObject } from '@capstan/base';

/** Where a chart comes from. A center's mirrors may rewrite `repository`. */
export interface ChartReference {
  /** `https://...` or `oci://...`. */
  readonly repository: string;
  readonly name: string;
  readonly version: string;
  /** Pins the content where it is known. */
  readonly digest?: string;
}

/** How the CRDs of a chart are owned (architecture.md 6). */
export interface ChartCrds {
  /**
   * `capstan`: taken from the rendered chart, applied by the installer with keep, and switched off for Helm.
   * `helm`: the chart has no switch; Helm stays the owner. `runtime`: made later by its controller; only observed.
   */
  readonly owner: 'capstan' | 'helm' | 'runtime';
  /** Values that make `helm template` show the CRDs. */
  readonly extractValues?: JsonObject;
  /** Values of the switch that leaves them out of the release. */
  readonly installValues?: JsonObject;
}

/** Copies a value (dotted `from`) into the chart's values (dotted `to`). */
export interface ValueSource {
  /** A path in the package's configuration or, with `of`, the name of an export. */
  readonly from: string;
  readonly to: string;
  /**
   * Whose export it is: a package that this one requires, or the id of a contract that it requires, for the export of
   * whatever package provides it. A name that is both means the package.
   */
  readonly of?: string;
  /**
   * What stands for a value in the chart or the object, by that value as text: `{ kourier: true, istio: false }`. A value
   * that it does not name is not copied. Without it the value is copied as it is.
   */
  readonly map?: Readonly<Record<string, JsonValue>>;
}

/** Copies a value (dotted `from`) into a field (dotted `to`) of one of the unit's objects. */
export interface ObjectValueSource extends ValueSource {
  /** `Kind/name` of the object. */
  readonly object: string;
}

/** One Helm release of the package. */
export interface HelmUnit {
  readonly id: string;
  readonly type: 'helm';
  readonly chart: ChartReference;
  readonly release: string;
  /** Defaults to `install.namespace`. */
  readonly namespace?: string;
  readonly values: JsonObject;
  readonly valuesFrom: readonly ValueSource[];
  readonly crds?: ChartCrds;
  /** Ids of units that must be ready before. */
  readonly after: readonly string[];
  readonly timeoutSeconds: number;
}

/**
 * Objects of the package itself, server-side applied in this order (a KnativeServing that its operator then acts on).
 * They are drained and removed by inventory, last first.
 */
export interface ManifestsUnit {
  readonly id: string;
  readonly type: 'manifests';
  readonly objects: readonly KubernetesObject[];
  /** Configuration that goes into fields of the objects; never into what an object is called. */
  readonly valuesFrom?: readonly ObjectValueSource[];
  /** For namespaced objects that name none; defaults to `install.namespace`. */
  readonly namespace?: string;
  /** Ids of units that must be ready before. */
  readonly after: readonly string[];
  readonly timeoutSeconds: number;
}

/** A unit of an installation. */
export type InstallUnit = HelmUnit | ManifestsUnit;

/** What a unit takes from the configuration and from other packages' exports. */
export function valueSourcesOf({ valuesFrom = [] }: InstallUnit): readonly ValueSource[] {
  return valuesFrom;
}

/** The Helm releases among a package's units, in their order. */
export function helmUnits({ install }: { readonly install: Pick<InstallSpec, 'units'> }): HelmUnit[] {
  return install.units.filter((unit) => unit.type === 'helm');
}

/** A CRD that belongs to the package. */
export interface CrdOffer {
  /** `<plural>.<group>`. */
  readonly name: string;
  readonly kind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  readonly served: readonly string[];
  readonly storage: string;
  /**
   * `package`: `object` is applied. `chart`: it is taken from the unit's chart. `runtime`: a program of the package makes
   * it once it runs; it is only observed, and deleted with the others where that is asked for.
   */
  readonly from: 'package' | 'chart' | 'runtime';
  /** Unit that brings it, with `from: chart`. */
  readonly unit?: string;
  /** `sha256:` digest of `object`, with `from: package`. */
  readonly digest?: string;
  readonly object?: KubernetesObject;
}

/** rbac.authorization.k8s.io/v1 PolicyRule. */
export interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

/** Rights of what the package runs. The plan compares them with what the rendered charts really ask for. */
export interface PackagePermissions {
  readonly runtime: readonly PolicyRule[];
  /** One sentence for people: what the rights are for. */
  readonly summary?: string;
}

/** What the installer does. */
export interface InstallSpec {
  readonly namespace: string;
  readonly units: readonly InstallUnit[];
  readonly crds: readonly CrdOffer[];
  readonly permissions: PackagePermissions;
  readonly images: readonly {
    readonly ref: string;
    readonly digest?: string;
    /** It is in no chart: a program of the package puts it into pods, or brings it in objects that it makes. */
    readonly atRuntime?: boolean;
  }[];
}
