/** Something that decides whether a change can be taken back. */
export interface CertificateReason {
  readonly package: string;
  readonly code:
    | 'first-install'
    | 'no-revision'
    | 'no-return'
    | 'rollback-to'
    | 'stored-version'
    | 'served-version'
    | 'lossy-field'
    | 'hook'
    | 'crd-kept';
  /** `ends`: after `step` there is no way back. `note`: worth knowing, but no obstacle. */
  readonly effect: 'ends' | 'note';
  /** The first journal step after which it holds; absent where it holds from the beginning. */
  readonly step?: string;
  readonly text: string;
}

/**
 * Whether a change can be taken back: `possible`; `until` the named step of the journal has begun, the point of no
 * return; or `impossible`.
 */
export interface RollbackCertificate {
  readonly rollback: 'possible' | 'until' | 'impossible';
  /** With `until`: the last step before which a rollback is possible. */
  readonly until?: string;
  /** With `until`: the package whose step it is. */
  readonly package?: string;
  readonly reasons: readonly CertificateReason[];
}
