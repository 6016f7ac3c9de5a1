/** Charts in a directory with `<chart>/<version>/Chart.yaml` or `<chart>-<version>.tgz`; what it lacks is looked for further on. */
export interface DirectoryMirror {
  readonly name: string;
  readonly directory: string;
}

/**
 * Takes charts of repositories that begin with `from` from `to` instead: an absolute directory, or the address of a
 * repository (`https://`, `oci://`). The rest of the repository's address is kept. What `from` matches is never read
 * upstream: a site behind a wall stays behind it.
 */
export interface RewriteMirror {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** Changes where the charts of a center's packages are read. Mirrors are tried in their order. */
export type MirrorRecord = DirectoryMirror | RewriteMirror;

/** Where a center's credentials are: never the credentials themselves. */
export type CredentialsReference =
  /** A Secret with `username` and `password`, with `token`, or with `.dockerconfigjson`. */
  | { readonly secretRef: { readonly namespace: string; readonly name: string } }
  /** Variables `<env>_USERNAME` and `<env>_PASSWORD`, or `<env>_TOKEN`, of the process that reads the center. */
  | { readonly env: string };

/** Whose signature a center's index must carry. */
export interface VerifyPolicy {
  /** Public keys in PEM (ECDSA P-256 or Ed25519); a signature of any of them is enough. */
  readonly keys: readonly string[];
}

/** What centers of every type have. */
interface CenterBase {
  readonly name: string;
  readonly mirrors: readonly MirrorRecord[];
  /** Higher goes first; equal priorities go by name. Defaults to 0. */
  readonly priority?: number;
  readonly credentials?: CredentialsReference;
  readonly verify?: VerifyPolicy;
}

/** A center in a directory of the machine that reads it. */
export interface DirectoryCenter extends CenterBase {
  readonly type: 'directory';
  /** Absolute path of the directory that holds index.json. */
  readonly location: string;
  /** It is the registry shipped with Capstan, wherever that lies on the machine that reads the record. */
  readonly bundled?: boolean;
}

/** A center on a web server: the files of a directory center below an address. */
export interface HttpCenter extends CenterBase {
  readonly type: 'http';
  /** `http://` or `https://` address of the folder that holds index.json. */
  readonly location: string;
}

/** A center in an OCI registry: one artifact with the index and every package's metadata as layers. */
export interface OciCenter extends CenterBase {
  readonly type: 'oci';
  /** `oci://HOST/REPOSITORY[:TAG|@DIGEST]`; the tag is `latest` where none is named. */
  readonly location: string;
  /** Speaks HTTP without TLS; loopback addresses always do. */
  readonly plainHttp?: boolean;
}

/** A center: where capability packages come from. Kept as a Secret in the system namespace. */
export type CenterRecord = DirectoryCenter | HttpCenter | OciCenter;

/** A chart's archive on this machine. */
export interface ChartArchive {
  readonly path: string;
  /** `sha256:` digest of the file. */
  readonly digest: string;
}

/** A chart after the mirrors: files on this machine whose content is known, wherever they came from. */
export interface ResolvedChart {
  readonly name: string;
  /** The chart's own version, with `+standin` where it is one. */
  readonly version: string;
  readonly standIn: boolean;
  /** Directory with the chart's files. */
  readonly path: string;
  /** Digest of those files (`directoryDigest`): the same for the same chart from every place. */
  readonly digest: string;
  /** The repository that the package names. */
  readonly repository: string;
  /** Name of the mirror that stood for the repository. */
  readonly mirror?: string;
  /** The archive that the files were in, where they were in one. */
  readonly archive?: ChartArchive;
}
