/** What is said of a package that is in force and whose CapabilityInstall somebody deleted: said by lists, which load no checks. */
export const RECORD_MISSING = {
  reason: 'RecordMissing',
  message: 'its CapabilityInstall was deleted: it is switched off',
} as const;
