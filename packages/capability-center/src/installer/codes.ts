/** Error codes of plan, installer, uninstall and health; docs/errors.md has the cause and remedy of each. */
export const INSTALLER_CODES = {
  /** Capstan's own kinds are not served by the cluster. */
  systemMissing: 'CAPSTAN_CAP_SYSTEM_MISSING',
  /** The chart describes the real one without its programs, and the cluster runs pods. */
  standIn: 'CAPSTAN_CAP_STAND_IN',
  /** A CRD belongs to somebody else, or cannot become what the package needs. */
  crdConflict: 'CAPSTAN_CAP_CRD_CONFLICT',
  /** An object that the package brings belongs to somebody else. */
  objectConflict: 'CAPSTAN_CAP_OBJECT_CONFLICT',
  /** A Helm release of that name was made by somebody else. */
  releaseConflict: 'CAPSTAN_CAP_RELEASE_CONFLICT',
  /** The plan was made for another cluster, catalog or chart than the present one. */
  planStale: 'CAPSTAN_CAP_PLAN_STALE',
  /** The recorded plan of an installation is missing or unreadable. */
  recordInvalid: 'CAPSTAN_CAP_RECORD_INVALID',
  /** Another process installs or removes capabilities at the moment. */
  busy: 'CAPSTAN_CAP_BUSY',
  /** Another process took over while this one was working. */
  fenced: 'CAPSTAN_CAP_FENCED',
  /** The programs of the package did not become ready in time. */
  notReady: 'CAPSTAN_CAP_NOT_READY',
  /** A blocking check of the package fails. */
  probeFailed: 'CAPSTAN_CAP_PROBE_FAILED',
  /** The user stopped the command. */
  interrupted: 'CAPSTAN_CAP_INTERRUPTED',
  /** Another process asked this one to stop and takes back what it did. */
  cancelled: 'CAPSTAN_CAP_CANCELLED',
  /** The caller lacks rights that carrying the plan out needs. */
  forbidden: 'CAPSTAN_CAP_FORBIDDEN',
  /** No such package is installed. */
  notInstalled: 'CAPSTAN_CAP_NOT_INSTALLED',
  /** Applications or other packages need the package. */
  inUse: 'CAPSTAN_CAP_IN_USE',
  /** Objects of the package's kinds exist. */
  instancesExist: 'CAPSTAN_CAP_INSTANCES_EXIST',
  /** The package is paused: nothing changes what is installed of it. */
  paused: 'CAPSTAN_CAP_PAUSED',
  /** No earlier revision is kept to go back to. */
  noRevision: 'CAPSTAN_CAP_NO_REVISION',
  /** The version in force is past its point of no return. */
  noReturn: 'CAPSTAN_CAP_NO_RETURN',
  /** A CRD would change so that stored objects no longer fit, or nobody can tell. */
  crdUnsafe: 'CAPSTAN_CAP_CRD_UNSAFE',
  /** Something that was deleted does not go away. */
  removalStuck: 'CAPSTAN_CAP_REMOVAL_STUCK',
  /** The objects of a package's kinds cannot be saved. */
  archiveFailed: 'CAPSTAN_CAP_ARCHIVE_FAILED',
} as const;
