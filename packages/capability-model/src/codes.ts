/** Error codes of this package; docs/errors.md has the cause and remedy of each. */
export const MODEL_CODES = {
  /** Package metadata breaks the schema or contradicts itself. */
  packageInvalid: 'CAPSTAN_PACKAGE_INVALID',
  /** User values break the package's configuration schema. */
  valuesInvalid: 'CAPSTAN_CAP_VALUES_INVALID',
  /** Text is not a version. */
  versionInvalid: 'CAPSTAN_VERSION_INVALID',
  /** Text is not a version range. */
  rangeInvalid: 'CAPSTAN_RANGE_INVALID',
  /** A value has no canonical JSON form. */
  notCanonical: 'CAPSTAN_JSON_NOT_CANONICAL',
} as const;
