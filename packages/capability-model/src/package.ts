import type { JsonObject, KindReference, KubernetesObject, ObjectReference } from '@capstan/base';
import type { InstallSpec } from './package-install.ts';
import type { Predicate } from './predicate.ts';

/** `apiVersion` of package metadata. */
export const PACKAGE_API_VERSION = 'package.capstan.dev/v1';

/** `kind` of package metadata. */
export const PACKAGE_KIND = 'CapabilityPackage';

/** How far a package has matured, by its authors' word. */
export type Maturity = 'experimental' | 'beta' | 'stable';

/** Where a version stands: deprecated ones are the last choice, yanked ones are only kept where installed already. */
export type LifecyclePhase = 'preview' | 'supported' | 'deprecated' | 'yanked';

/** A contract that the package fulfils. `version` is the contract's, not the package's. */
export interface CapabilityOffer {
  readonly id: string;
  readonly version: string;
  readonly features: readonly string[];
  /** At most one installed package may provide it. */
  readonly exclusive: boolean;
  /** Who may use one provider: every namespace, or only the one that it is installed in. Default `cluster`. */
  readonly scope?: 'cluster' | 'namespace';
  /** Ids of the contract's tests that this version passes, as its authors say; each is of a feature in `features`. */
  readonly tests?: readonly string[];
}

/** An API group and kind that the package brings; always exclusive. */
export interface ApiOffer {
  readonly group: string;
  readonly kind: string;
  readonly served: readonly string[];
  /** The version in which instances are stored. */
  readonly storage?: string;
  readonly scope?: 'Namespaced' | 'Cluster';
  /** How the API server converts between served versions. */
  readonly conversion?: 'None' | 'Webhook';
}

/** Which of the three OAM Definitions. */
export type DefinitionRole = 'workload' | 'trait' | 'scope';

/** A Definition that the package publishes once the contract in `needs` is healthy. */
export interface DefinitionOffer {
  readonly role: DefinitionRole;
  /** `<plural>.<group>`, as the CRD it registers. */
  readonly name: string;
  /** The word that people type: the singular of the CRD. */
  readonly shortName: string;
  /** The kind that it registers. */
  readonly kind: string;
  /** Id of one of the package's own capabilities. */
  readonly needs?: string;
  readonly summary?: string;
  /** `sha256:` digest of `object`. */
  readonly digest: string;
  readonly object: KubernetesObject;
}

interface RequirementOptions {
  /** Pulls nothing in, but binds the version when something else brings it. */
  readonly optional?: boolean;
  /** Printed where the requirement cannot be met. */
  readonly reason?: string;
  /** The requirement counts only where this holds; decided before solving. */
  readonly when?: Predicate;
  /**
   * `install` (the default): its blocking probes must pass before the units of this package start. `run`: it is needed
   * once this package works, so both may be installed at the same time.
   */
  readonly at?: 'install' | 'run';
}

/** Another package in a range of versions. */
export interface PackageRequirement extends RequirementOptions {
  readonly package: string;
  readonly range: string;
}

/** A contract in a range of contract versions, with features. */
export interface CapabilityRequirement extends RequirementOptions {
  readonly capability: string;
  readonly range: string;
  readonly features?: readonly string[];
}

/** An API in any of these versions; in any at all when none is named. */
export interface ApiRequirement extends RequirementOptions {
  readonly api: { readonly group: string; readonly kind: string };
  readonly anyVersion?: readonly string[];
}

/** One of several, preferred in this order. */
export interface AnyOfRequirement extends RequirementOptions {
  readonly anyOf: readonly Requirement[];
}

/** Something that must be installed too. */
export type Requirement = PackageRequirement | CapabilityRequirement | ApiRequirement | AnyOfRequirement;

/** Something that must not be installed too; holds in both directions. */
export interface ConflictRule {
  readonly package?: string;
  readonly capability?: string;
  readonly api?: { readonly group: string; readonly kind: string };
  /** Range of the package's or contract's version; every version when absent. */
  readonly range?: string;
  readonly reason: string;
}

interface ProbeBase {
  readonly id: string;
  readonly target: ObjectReference;
  /** A blocking probe gates the installation; the others lower the health only. */
  readonly level: 'blocking' | 'degraded';
  /**
   * True where a pod answers for it (an APIService, a webhook's certificate, an endpoint): on a cluster whose pods are
   * simulated the result is then `unverifiable`, whatever the status says.
   */
  readonly servedByPods: boolean;
  /**
   * True where a controller of the package writes the target's status: while pods are simulated and the target has no
   * conditions, nobody has looked at it, and the result is `unverifiable`. What somebody did write counts.
   */
  readonly reportedByPods?: boolean;
  /** For people: what does not work while the probe fails. */
  readonly meaning?: string;
}

/** A check of the running capability. */
export type Probe =
  /** The target is current by kstatus. */
  | (ProbeBase & { readonly type: 'kstatus' })
  /** A condition of the target has this status. */
  | (ProbeBase & {
      readonly type: 'condition';
      readonly condition: { readonly type: string; readonly status: 'True' | 'False' };
    })
  /** Every value at `path` (`webhooks[*].clientConfig.caBundle`) exists and is not empty, or equals `equals`. */
  | (ProbeBase & { readonly type: 'field'; readonly path: string; readonly equals?: string | number | boolean });

/** What happens to instances of the package's kinds, and to its CRDs, when it is removed. */
export interface UninstallSpec {
  /** `block` refuses while an application uses one; `keep` leaves them; `archive` saves, then drains; `delete` drains. */
  readonly instances: 'block' | 'keep' | 'archive' | 'delete';
  /** Kinds whose instances are deleted while the controller still runs, in this order. */
  readonly drain: readonly KindReference[];
  readonly timeoutSeconds: number;
  readonly crds: 'keep' | 'delete';
  /** Objects that the capability makes at run time, outside any release, and that are deleted with it. */
  readonly leftovers: readonly ObjectReference[];
  /** For people: what stays outside the cluster or cannot be found. */
  readonly external?: string;
}

/**
 * How to recognise an installation that somebody made without Capstan. Everything that a rule states must hold together;
 * of several rules that match, the one of higher confidence counts.
 */
export interface DetectRule {
  /** Name of a CRD that is there. */
  readonly crd?: string;
  /** Labels of a Deployment, StatefulSet or DaemonSet that is there. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Repository of an image, without tag and digest, that such a workload runs. */
  readonly image?: string;
  /** Name of the chart of a Helm release. */
  readonly chart?: string;
  /** Where the package's version is read: of the chart, its appVersion, the image's tag, or a label of the workload. */
  readonly versionFrom: 'chart' | 'appVersion' | 'image' | 'none' | `label:${string}`;
  readonly confidence: 'certain' | 'likely' | 'possible';
}

/** A value that other packages may copy into theirs. */
export type ConfigExport = { readonly name: string } & (
  | { /** Dotted path in this package's configuration. */ readonly from: string }
  | { readonly value: string | number | boolean }
);

/** Where the metadata comes from, for policies and for people. What proves it is the registry's signature. */
export interface PackageTrust {
  /** Repository that the package is published from. */
  readonly source?: string;
  readonly commit?: string;
  /** Address of a software bill of materials. */
  readonly sbom?: string;
  readonly attestations?: readonly string[];
  /** Identity that signs: a key's name, or an address. */
  readonly signer?: string;
}

/** The plugin code that belongs to the package. */
export interface PluginReference {
  /** Id of the bundled plugin: the package's name. */
  readonly id: string;
  /** Semver range of the plugin API. */
  readonly api: string;
  /** Kinds that its code may touch through the cluster port. */
  readonly kinds: readonly KindReference[];
}

/**
 * Metadata of one version of a capability package, as registries publish it: complete without the plugin's folder.
 * Semantics of each field: capability-center.md 6.
 */
export interface CapabilityPackage {
  readonly apiVersion: typeof PACKAGE_API_VERSION;
  readonly kind: typeof PACKAGE_KIND;
  /** DNS label, unique in a center. */
  readonly name: string;
  /** Other names that people type for it: `istio` for `istio-route`. No other package of a registry has one of them. */
  readonly aliases?: readonly string[];
  /** Semver; the upstream's. */
  readonly version: string;
  /** Counts our repackagings of the same upstream version, from 0. */
  readonly release: number;
  readonly upstream: { readonly name: string; readonly version: string; readonly url?: string };
  /** One line, at most 80 characters. */
  readonly summary: string;
  readonly description?: string;
  readonly keywords: readonly string[];
  readonly maturity: Maturity;
  readonly channel: readonly string[];
  readonly lifecycle: {
    readonly phase: LifecyclePhase;
    readonly reason?: string;
    readonly until?: string;
    readonly successor?: string;
  };
  readonly provides: {
    readonly capabilities: readonly CapabilityOffer[];
    readonly apis: readonly ApiOffer[];
    /**
     * Names of APIServices, `v1beta1.external.metrics.k8s.io`: APIs that the package serves itself, without a CRD. Always
     * exclusive.
     */
    readonly apiServices?: readonly string[];
    readonly definitions: readonly DefinitionOffer[];
  };
  readonly requires: readonly Requirement[];
  readonly conflicts: readonly ConflictRule[];
  readonly platform: {
    readonly kubernetes?: string;
    readonly arch?: readonly string[];
    readonly os?: readonly string[];
    readonly distributions?: readonly string[];
  };
  readonly upgrade: {
    /** Ranges from which a direct step to this version is allowed; empty: same major and any lower version. */
    readonly from: readonly string[];
    readonly noReturn?: { readonly step: string; readonly reason: string };
    readonly rollbackTo?: string;
  };
  readonly config: {
    /** JSON Schema 2020-12 of the values that users may set. */
    readonly schema?: JsonObject;
    readonly exports?: readonly ConfigExport[];
  };
  readonly install: InstallSpec;
  readonly health: { readonly probes: readonly Probe[] };
  readonly uninstall: UninstallSpec;
  readonly detect?: readonly DetectRule[];
  readonly trust?: PackageTrust;
  readonly plugin?: PluginReference;
}
