import type { JsonObject } from '@capstan/base';
import type { CallOptions } from './call-types.ts';

/**
 * A chart: a directory, an archive, an `oci://` or `https://` address, or `alias/chart` after `repo.add`; or a chart's
 * name in a repository's address. Addresses that carry user information are refused.
 */
export type ChartReference =
  | string
  | { readonly name: string; readonly repository?: string; readonly version?: string };

/** Values of a chart; they reach Helm through its standard input, never through arguments or files. */
export type ChartValues = JsonObject;

/** Flags of the calls that render a chart. */
export interface RenderFlags {
  readonly values?: ChartValues;
  readonly skipCrds?: boolean;
  readonly noHooks?: boolean;
}

/** Flags of `template`. */
export interface TemplateFlags extends CallOptions, RenderFlags {
  /** Also the objects of the chart's `crds/` folder. */
  readonly includeCrds?: boolean;
  /** The Kubernetes version that the chart's conditions see; without it Helm's built-in one. */
  readonly kubeVersion?: string;
  readonly apiVersions?: readonly string[];
  readonly isUpgrade?: boolean;
  readonly showOnly?: readonly string[];
}

/** Flags of `package`. */
export interface PackageFlags extends CallOptions {
  readonly destination: string;
  readonly version?: string;
  readonly appVersion?: string;
}

/** A chart's Chart.yaml, as far as it is read. */
export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  readonly kubeVersion?: string;
  readonly description?: string;
  readonly dependencies?: readonly { readonly name: string; readonly version?: string; readonly repository?: string }[];
}

/** User name and password (or token) of a chart repository or registry. They reach no argument and no log. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** How a chart repository or registry is reached. */
export interface ServerFlags {
  readonly credentials?: Credentials;
  /** Also sends the credentials to other hosts that the repository's index points to. */
  readonly passCredentials?: boolean;
  /** PEM file with the authorities that are trusted instead of the system's. */
  readonly caFile?: string;
  /** PEM files of the client's certificate and its key. */
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Speaks HTTP to an OCI registry. */
  readonly plainHttp?: boolean;
  /** Accepts any certificate. */
  readonly insecureSkipTlsVerify?: boolean;
}

/** Flags of `pull`. */
export interface PullFlags extends CallOptions, ServerFlags {
  /** Directory that gets the archive; made where it is missing. */
  readonly destination: string;
  /** Also fetches the provenance file; there being none is a failure. */
  readonly provenance?: boolean;
  /** Checks the provenance file with the public keys of this GnuPG keyring. */
  readonly keyring?: string;
  /** The largest archive that is accepted; 64 MiB by default. */
  readonly maxBytes?: number;
}

/** A chart archive that `pull` has written. */
export interface PulledChart {
  /** Of the `.tgz`. Nothing of it has been unpacked. */
  readonly path: string;
  /** `sha256:` digest of the archive. */
  readonly digest: string;
  /** Path of the provenance file, where one was asked for. */
  readonly provenance?: string;
}

/** Flags of `lint`. */
export interface LintFlags extends CallOptions {
  readonly values?: ChartValues;
  /** Warnings count as errors. */
  readonly strict?: boolean;
  readonly withSubcharts?: boolean;
  readonly kubeVersion?: string;
}

/** One finding of `lint`. */
export interface LintFinding {
  readonly severity: 'info' | 'warning' | 'error';
  /** The file or folder of the chart, where Helm names one. */
  readonly path?: string;
  readonly text: string;
}

/** What `lint` found. */
export interface LintReport {
  /** No error; with `strict` no warning either. */
  readonly ok: boolean;
  readonly findings: readonly LintFinding[];
}

/** Flags of `verify`. */
export interface VerifyFlags extends CallOptions {
  /** GnuPG keyring with the public keys that are accepted. */
  readonly keyring: string;
}

/** Who signed a chart archive. */
export interface Verification {
  readonly signedBy: readonly string[];
  /** Of the key, in hexadecimal digits. */
  readonly fingerprint: string;
  /** `sha256:` digest of the archive, as signed. */
  readonly digest: string;
}
