/** Error codes of this package; docs/errors.md gives cause and remedy of each. */
export const SANDBOX_CODES = {
  goMissing: 'CAPSTAN_SANDBOX_GO_MISSING',
  goTooOld: 'CAPSTAN_SANDBOX_GO_TOO_OLD',
  binariesMissing: 'CAPSTAN_SANDBOX_BINARIES_MISSING',
  buildFailed: 'CAPSTAN_SANDBOX_BUILD_FAILED',
  portBusy: 'CAPSTAN_SANDBOX_PORT_BUSY',
  startFailed: 'CAPSTAN_SANDBOX_START_FAILED',
  startTimedOut: 'CAPSTAN_SANDBOX_START_TIMED_OUT',
  engineUnknown: 'CAPSTAN_SANDBOX_ENGINE_UNKNOWN',
  engineDiffers: 'CAPSTAN_SANDBOX_ENGINE_DIFFERS',
  attachmentInvalid: 'CAPSTAN_SANDBOX_ATTACHMENT_INVALID',
  stopFailed: 'CAPSTAN_SANDBOX_STOP_FAILED',
  directoryUnusable: 'CAPSTAN_SANDBOX_DIRECTORY_UNUSABLE',
  platformUnsupported: 'CAPSTAN_SANDBOX_PLATFORM_UNSUPPORTED',
  stageInvalid: 'CAPSTAN_SANDBOX_STAGE_INVALID',
} as const;
