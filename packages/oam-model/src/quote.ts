/** A name in the double quotes of the reference's messages (Go's %q). */
export function quoted(name: string): string {
  return JSON.stringify(name);
}
