import type { CallOptions } from './call-types.ts';
import type { ServerFlags } from './chart-types.ts';

/** Flags of `repo.add`. The password goes through standard input. */
export interface RepoAddFlags extends CallOptions, Omit<ServerFlags, 'plainHttp' | 'credentials'> {
  readonly username?: string;
  readonly password?: string;
}

/** A repository that `repo.add` has made usable. */
export interface Repository {
  readonly name: string;
  readonly url: string;
}

/** Flags of `search.repo`. */
export interface SearchFlags extends CallOptions {
  /** A range of versions; without it the newest stable one of each chart. */
  readonly version?: string;
  /** Every version of each chart. */
  readonly versions?: boolean;
  /** Also versions with a pre-release part. */
  readonly devel?: boolean;
  /** The word is a regular expression. */
  readonly regexp?: boolean;
}

/** A chart that `search.repo` found. */
export interface FoundChart {
  /** `alias/chart`. */
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly description: string;
}

/** Flags of `registry.login`. The password goes through standard input. */
export interface LoginFlags extends CallOptions {
  readonly username: string;
  readonly password: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly plainHttp?: boolean;
  /** Accepts any certificate. */
  readonly insecure?: boolean;
}
