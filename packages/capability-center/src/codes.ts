/** Error codes of registries, resolver, discovery and centers; docs/errors.md has the cause and remedy of each. */
export const CENTER_CODES = {
  /** A file of a registry is damaged or contradicts the index. */
  registryCorrupt: 'CAPSTAN_REGISTRY_CORRUPT',
  /** A version is published already with other content. */
  registryPublished: 'CAPSTAN_REGISTRY_PUBLISHED',
  /** A center's policy asks for a signature that it does not have. */
  registryUntrusted: 'CAPSTAN_REGISTRY_UNTRUSTED',
  /** An archive is damaged, too large, or would reach out of its folder. */
  archiveInvalid: 'CAPSTAN_ARCHIVE_INVALID',
  /** Credentials of a center cannot be had. */
  credentialsMissing: 'CAPSTAN_CENTER_CREDENTIALS_MISSING',
  /** No center of that name is recorded. */
  centerUnknown: 'CAPSTAN_CENTER_UNKNOWN',
  /** A bundle is damaged or lacks something that it lists. */
  bundleInvalid: 'CAPSTAN_BUNDLE_INVALID',
  /** No registry can be read. */
  registryUnreadable: 'CAPSTAN_REGISTRY_UNREADABLE',
  /** No center offers a capability package of that name. */
  capUnknown: 'CAPSTAN_CAP_UNKNOWN',
  /** The wishes cannot be met together. */
  capUnsatisfiable: 'CAPSTAN_CAP_UNSATISFIABLE',
  /** The resolver gave up within its step budget. */
  capUndecided: 'CAPSTAN_CAP_UNDECIDED',
  /** A center's record cannot be read. */
  centerInvalid: 'CAPSTAN_CENTER_INVALID',
  /** A chart can be had from no mirror and not from its repository. */
  chartUnavailable: 'CAPSTAN_CHART_UNAVAILABLE',
  /** A mirrored chart directory is unsafe or unreadable. */
  chartInvalid: 'CAPSTAN_CHART_DIRECTORY_INVALID',
  /** Text is not a capability query. */
  queryInvalid: 'CAPSTAN_QUERY_INVALID',
} as const;
