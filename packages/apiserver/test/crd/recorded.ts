/** What a real server answered to one case. */
export interface RecordedAnswer {
  readonly code: number;
  readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  /** Of refusals without causes. */
  readonly message?: string;
  /** The `spec` of what was accepted. */
  readonly spec?: unknown;
}

/** testdata/recorded.json. */
export interface Recorded {
  readonly crds: Readonly<Record<string, RecordedAnswer>>;
  readonly objects: Readonly<Record<string, Readonly<Record<string, RecordedAnswer>>>>;
}
