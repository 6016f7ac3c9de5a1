/** Error codes of this package; docs/errors.md has the cause and remedy of each. */
export const MODEL_CODES = {
  /** Package metadata breaks the schema or contradicts itself. */
  packageInvalid: 'CAPSTAN_PACKAGE_INVALID',
  /** Package metadata is in a format that is newer than this Capstan. */
  packageTooNew: 'CAPSTAN_PACKAGE_TOO_NEW',
  /** A contract document breaks its rules, or a package claims what its contract does not have. */
  contractInvalid: 'CAPSTAN_CONTRACT_INVALID',
  /** User values break the package's configuration schema. */
  valuesInvalid: 'CAPSTAN_CAP_VALUES_INVALID',
  /** Text is not a version. */
  versionInvalid: 'CAPSTAN_VERSION_INVALID',
  /** Text is not a version range. */
  rangeInvalid: 'CAPSTAN_RANGE_INVALID',
  /** A value has no canonical JSON form. */
  notCanonical: 'CAPSTAN_JSON_NOT_CANONICAL',
} as const;
