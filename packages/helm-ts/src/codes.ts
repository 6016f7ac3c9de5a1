/** Every error code of this package; docs/errors.md says what each means and what to do. */
export const HELM_CODES = {
  notFound: 'CAPSTAN_HELM_NOT_FOUND',
  tooOld: 'CAPSTAN_HELM_TOO_OLD',
  releaseNotFound: 'CAPSTAN_HELM_RELEASE_NOT_FOUND',
  nameInUse: 'CAPSTAN_HELM_NAME_IN_USE',
  chartNotFound: 'CAPSTAN_HELM_CHART_NOT_FOUND',
  chartInvalid: 'CAPSTAN_HELM_CHART_INVALID',
  valuesInvalid: 'CAPSTAN_HELM_VALUES_INVALID',
  objectInvalid: 'CAPSTAN_HELM_OBJECT_INVALID',
  namespaceNotFound: 'CAPSTAN_HELM_NAMESPACE_NOT_FOUND',
  kindUnknown: 'CAPSTAN_HELM_KIND_UNKNOWN',
  timedOut: 'CAPSTAN_HELM_TIMED_OUT',
  conflict: 'CAPSTAN_HELM_CONFLICT',
  ownership: 'CAPSTAN_HELM_OWNERSHIP',
  pendingOperation: 'CAPSTAN_HELM_PENDING_OPERATION',
  kubeUnreachable: 'CAPSTAN_HELM_KUBE_UNREACHABLE',
  forbidden: 'CAPSTAN_HELM_FORBIDDEN',
  /** A chart repository or registry wants other credentials. */
  unauthorized: 'CAPSTAN_HELM_UNAUTHORIZED',
  repositoryNotFound: 'CAPSTAN_HELM_REPOSITORY_NOT_FOUND',
  /** A chart's archive is not what its signer signed, or nobody trusted signed it. */
  verificationFailed: 'CAPSTAN_HELM_VERIFICATION_FAILED',
  credentialsInArgument: 'CAPSTAN_HELM_CREDENTIALS_IN_ARGUMENT',
  outputTooLarge: 'CAPSTAN_HELM_OUTPUT_TOO_LARGE',
  outputUnreadable: 'CAPSTAN_HELM_OUTPUT_UNREADABLE',
  cancelled: 'CAPSTAN_HELM_CANCELLED',
  failed: 'CAPSTAN_HELM_FAILED',
} as const;
