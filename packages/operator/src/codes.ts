/** Error codes of this package. */
export const OPERATOR_CODES = {
  /** The cluster holds kinds of a newer Capstan. */
  downgrade: 'CAPSTAN_SYSTEM_DOWNGRADE',
  /** An object that Capstan needs belongs to somebody else. */
  conflict: 'CAPSTAN_SYSTEM_CONFLICT',
  /** An address to listen on that cannot be read. */
  addressInvalid: 'CAPSTAN_OPERATOR_ADDRESS_INVALID',
  /** An address to listen on that cannot be had. */
  addressInUse: 'CAPSTAN_OPERATOR_ADDRESS_IN_USE',
  /** A request to the operator's HTTP API that cannot be read. */
  requestInvalid: 'CAPSTAN_OPERATOR_REQUEST_INVALID',
  /** Too many requests to the operator's HTTP API at once. */
  overloaded: 'CAPSTAN_OPERATOR_OVERLOADED',
} as const;
