/** A name in the double quotes of the reference's messages (Go's %q). */
export function quoted(name: string): string {
  return JSON.stringify(name);
}

/** How the reference's messages name the type of a JSON value (Go's %T). */
export function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' ? 'map[string]interface {}' : typeof value;
}
