/** One environment variable: a value, or the key of a Secret. */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly fromSecret?: { readonly name: string; readonly key: string };
}

/** A Secret that the container gets whole: as files where there is a path, else as environment variables. */
export interface SecretUse {
  readonly name: string;
  readonly path?: string;
  readonly prefix?: string;
}

/** A directory that is mounted into the container: a claim's, or an empty one that ends with the pod. */
export interface VolumeUse {
  readonly name: string;
  readonly path: string;
  readonly claim?: string;
  readonly size?: string;
  readonly readOnly?: boolean;
  readonly shared?: boolean;
}

/** The fields that every friendly workload has; the CRDs describe them. */
export interface ContainerSpec {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvironmentVariable[];
  readonly secrets?: readonly SecretUse[];
  readonly volumes?: readonly VolumeUse[];
  readonly resources?: { readonly cpu?: string; readonly memory?: string };
  readonly imagePullSecrets?: readonly string[];
}
