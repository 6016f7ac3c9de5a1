/** Error codes of this package. */
export const CORE_CODES = {
  /** Two plugins with one id. */
  duplicatePlugin: 'CAPSTAN_PLUGIN_DUPLICATE_ID',
  /** A second contribution for one Definition. */
  duplicateContribution: 'CAPSTAN_PLUGIN_DUPLICATE_CONTRIBUTION',
  /** `setup` threw. */
  setupFailed: 'CAPSTAN_PLUGIN_SETUP_FAILED',
  /** `setup` did not end in time. */
  setupTimeout: 'CAPSTAN_PLUGIN_SETUP_TIMEOUT',
  /** A plugin's function looked at a kind that the plugin does not declare. */
  kindNotDeclared: 'CAPSTAN_PLUGIN_KIND_NOT_DECLARED',
  /** An object could not be applied for a reason without a code of its own. */
  applyFailed: 'CAPSTAN_APPLICATION_APPLY_FAILED',
  /** The owner of an object is missing. */
  ownerMissing: 'CAPSTAN_APPLICATION_OWNER_MISSING',
  /** An object of the name that an application needs belongs to another controller. */
  notControlled: 'CAPSTAN_APPLICATION_NOT_CONTROLLED',
  /** A scope object could not be written, or was gone when a reference had to be added. */
  scopeWriteFailed: 'CAPSTAN_SCOPE_WRITE_FAILED',
  /** A store of an application belongs to another controller. */
  storeNotControlled: 'CAPSTAN_STORE_NOT_CONTROLLED',
} as const;
