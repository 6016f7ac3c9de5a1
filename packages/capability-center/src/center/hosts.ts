/** Host and port of an address; empty when it is none. */
export function hostOf(address: string): string {
  return /^[a-z]+:\/\/([^/]+)/.exec(address)?.[1] ?? '';
}
