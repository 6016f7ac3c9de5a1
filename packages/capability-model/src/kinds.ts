import type { Condition, JsonObject, KubernetesObject } from '@capstan/base';

/** Group and version of Capstan's own kinds. */
export const CAPSTAN_API_VERSION = 'capstan.dev/v1alpha1';

/** The kind references of Capstan's own kinds. */
export const CAPSTAN_KINDS = {
  install: { apiVersion: CAPSTAN_API_VERSION, kind: 'CapabilityInstall' },
  capability: { apiVersion: CAPSTAN_API_VERSION, kind: 'Capability' },
  set: { apiVersion: CAPSTAN_API_VERSION, kind: 'CapabilitySet' },
} as const;

/** The six states that are shown; everything finer is a reason. */
export const INSTALL_PHASES = ['Pending', 'Applying', 'Ready', 'Degraded', 'Stalled', 'Removing'] as const;

/** One of the six states. */
export type InstallPhase = (typeof INSTALL_PHASES)[number];

/** Condition types of a CapabilityInstall. */
export const INSTALL_CONDITIONS = {
  /** Summary, by the installer. */
  ready: 'Ready',
  /** kstatus: work goes on. */
  reconciling: 'Reconciling',
  /** kstatus: work stopped and needs a person. */
  stalled: 'Stalled',
  /** By the operator: the package's plugin is switched on. */
  pluginLoaded: 'PluginLoaded',
} as const;

/** A probe that cannot tell is `unverifiable`: it never blocks and never counts as ok. */
export type ProbeResult = 'ok' | 'failed' | 'unverifiable';

/** What a probe found last. */
export interface ProbeStatus {
  id: string;
  result: ProbeResult;
  level: 'blocking' | 'degraded';
  /** Why it failed, or why nothing can be said. */
  message?: string;
  observedAt: string;
}

/** A unit of the installation as it is in the cluster: a Helm release, or objects of the package. */
export type UnitStatus = HelmUnitStatus | ManifestsUnitStatus;

/** Objects of the package as they are in the cluster. */
export interface ManifestsUnitStatus {
  id: string;
  type: 'manifests';
  namespace: string;
  objects: number;
}

/** A Helm release of the package as it is in the cluster. */
export interface HelmUnitStatus {
  id: string;
  type: 'helm';
  release: string;
  namespace: string;
  chart: string;
  chartVersion: string;
  /** Helm's revision number. */
  revision?: number;
  /** Helm's release status. */
  state?: string;
  standIn?: boolean;
  chartDigest?: string;
}

/** A CRD of the package as it is in the cluster. */
export interface CrdStatus {
  name: string;
  from: 'package' | 'chart';
  digest?: string;
  storedVersions?: string[];
}

/** A Definition of the package. */
export interface DefinitionStatus {
  name: string;
  role: 'workload' | 'trait' | 'scope';
  published: boolean;
  /** The kind that it registers, for access checks. */
  kind: string;
  /** Contract that it stands for. */
  capability?: string;
}

/** A contract that the installed version fulfils. */
export interface CapabilityClaim {
  id: string;
  version: string;
  features: string[];
}

/** What an installation wants. */
export interface CapabilityInstallSpec {
  package: string;
  /** Range; `*` when nothing in particular is wanted. */
  version: string;
  values?: JsonObject;
  /** The only center to take it from; every center when absent. */
  center?: string;
  allowStandIns?: boolean;
  /** Nothing changes what is installed until this is taken back; its health is still watched. */
  paused?: boolean;
  /**
   * After the retries of a failed operation: `stall` (the default) leaves it for a person, `rollback` returns to the
   * revision before where the plan's certificate allows it.
   */
  onFailure?: 'stall' | 'rollback';
}

/** What is in force. */
export interface CapabilityInstallStatus {
  observedGeneration?: number;
  phase?: InstallPhase;
  version?: string;
  release?: number;
  center?: string;
  packageDigest?: string;
  planDigest?: string;
  conditions?: Condition[];
  /** Contracts of the installed version. */
  capabilities?: CapabilityClaim[];
  definitions?: DefinitionStatus[];
  probes?: ProbeStatus[];
  units?: UnitStatus[];
  crds?: CrdStatus[];
  namespace?: { name: string; created: boolean };
  /** True when a chart is a stand-in: a description of the real one without its programs. */
  standIn?: boolean;
  /** Packages that this one needs. */
  requires?: string[];
  /** What the package exports with the values in force, by name; there once its installation is complete. */
  exports?: JsonObject;
  /** The journal Secret of the last change and how far it came. */
  journal?: { name: string; step?: string; done?: number; total?: number };
}

/** Goal and status of one package; its name is the package's name. */
export interface CapabilityInstall extends KubernetesObject {
  spec: CapabilityInstallSpec;
  status?: CapabilityInstallStatus;
}

/** How a contract or its provider does. */
export type CapabilityHealth = 'Ready' | 'Progressing' | 'Degraded' | 'Unknown';

/** Something that supports a provider's health, and when it was seen. */
export interface Evidence {
  /** `probe/<id>`, `condition/Ready`, `release/<name>`. */
  source: string;
  result: ProbeResult;
  message?: string;
  observedAt: string;
}

/** One package that provides a contract here. */
export interface CapabilityProvider {
  package: string;
  version: string;
  release: number;
  contractVersion: string;
  features: string[];
  health: CapabilityHealth;
  /** The reason of the install's Ready condition. */
  reason: string;
  message?: string;
  /** Definitions through which applications use it. */
  definitions: { name: string; role: 'workload' | 'trait' | 'scope'; kind: string }[];
  evidence: Evidence[];
  /** What it exports, by name, for the plugins of other packages; there as long as it is in force. */
  exports?: JsonObject;
  /** Since when the health is what it is. */
  since: string;
  standIn?: boolean;
}

/** What discovery knows of a contract. */
export interface CapabilityStatus {
  /** Highest contract version that a ready provider offers, or that any offers when none is ready. */
  version?: string;
  health?: CapabilityHealth;
  /** Names of the providers, the healthiest first, as `kubectl get capabilities` shows them. */
  providedBy?: string;
  providers?: CapabilityProvider[];
  conditions?: Condition[];
}

/** Read-only projection of one contract; its name is the contract's id. */
export interface Capability extends KubernetesObject {
  status?: CapabilityStatus;
}

/** What a set wants. */
export interface CapabilitySetSpec {
  capabilities: CapabilityInstallSpec[];
  /** Removes what the set installed and names no longer, and what only that needed. Default: it stays. */
  prune?: boolean;
  /** Nothing is changed until this is taken back; status is still written. */
  paused?: boolean;
  /** `auto` (the default) executes a plan at once, `digest` waits until `approved` is the digest of the plan. */
  approve?: 'auto' | 'digest';
  /** Digest of the plan that may be executed, with `approve: digest`. */
  approved?: string;
}

/** One package of a set. */
export interface SetInstallStatus {
  package: string;
  phase: InstallPhase;
  /** CamelCase and stable. */
  reason?: string;
  version?: string;
  message?: string;
}

/** How far a set is. */
export interface CapabilitySetStatus {
  observedGeneration?: number;
  conditions?: Condition[];
  /** The plan that was executed last or waits for its approval. */
  planDigest?: string;
  installs?: SetInstallStatus[];
  /** Packages that the set asked for once and that nobody asks for any more; they stay until somebody removes them. */
  unneeded?: string[];
}

/** Many goals in one object: declared, reconciled, drift healed. */
export interface CapabilitySet extends KubernetesObject {
  spec: CapabilitySetSpec;
  status?: CapabilitySetStatus;
}
