/** Who calls (authentication.k8s.io/v1 UserInfo). */
export interface UserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What is asked for, as authorisation and admission see it (apiserver request.RequestInfo). */
export interface RequestAttributes {
  readonly user: UserInfo;
  /** Lower-case verb: get, list, watch, create, update, patch, delete, deletecollection; HTTP's for other paths. */
  readonly verb: string;
  readonly isResource: boolean;
  /** URL path without the query. */
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** Empty for cluster-scoped requests and lists over all namespaces. */
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
}

/** The answer of an authoriser. `reason` is shown in the 403. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason?: string;
}
