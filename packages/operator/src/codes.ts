/** Error codes of this package. */
export const OPERATOR_CODES = {
  /** The cluster holds kinds of a newer Capstan. */
  downgrade: 'CAPSTAN_SYSTEM_DOWNGRADE',
  /** An object that Capstan needs belongs to somebody else. */
  conflict: 'CAPSTAN_SYSTEM_CONFLICT',
} as const;
