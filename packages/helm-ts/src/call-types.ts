import type { Logger } from '@capstan/base';

/** How `createHelm` finds Helm and the cluster. */
export interface HelmOptions {
  /** Path of the Helm binary; before `CAPSTAN_HELM`, `PATH` and the bundled build. */
  readonly binary?: string;
  /** The environment to look in and to pass on; default: the process's. Its own `HELM_*` variables are not passed on. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Path of the kubeconfig; default: what `KUBECONFIG` or the home directory says. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Whom Helm acts as towards the cluster. */
  readonly asUser?: string;
  readonly asGroups?: readonly string[];
  /** Where the bundled build and Helm's own files are kept; default: `capstan` in the user's cache directory. */
  readonly cacheDirectory?: string;
  readonly log?: Logger;
}

/** A Helm binary that was found and whose version is good enough. */
export interface HelmBinary {
  readonly path: string;
  readonly version: string;
  readonly from: 'option' | 'CAPSTAN_HELM' | 'PATH' | 'bundled';
}

/** One line of Helm's messages (standard error), in logfmt: `level=DEBUG msg="..." key=value`. */
export interface OutputLine {
  readonly text: string;
}

/** What every call takes. */
export interface CallOptions {
  readonly namespace?: string;
  /**
   * How long the call may take: 5 minutes where it changes the cluster, 1 minute where it reads. Helm gets the same
   * limit for its own waiting; if it has not ended 10 s later it is stopped. The error is TIMED_OUT in both cases.
   */
  readonly timeLimitMs?: number;
  /** Aborting sends SIGTERM to Helm's process group, SIGKILL 10 s later; the call then rejects with CANCELLED. */
  readonly signal?: AbortSignal;
  /** Called for each line of Helm's messages as it is printed. */
  readonly onOutput?: (line: OutputLine) => void;
}
