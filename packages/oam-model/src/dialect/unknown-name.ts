import type { UnknownKind } from '../problem.ts';

/** What a search needs of a Definition that a file names and nobody has: `routes.extended.oam.dev`, or `route`. */
export function unknownName(role: UnknownKind['role'], named: string): UnknownKind {
  const [first = named] = named.toLowerCase().split('.');
  const shortName = named.includes('.') ? first.replace(/s$/, '') : first;
  return { role, apiVersion: '', kind: '', named, shortName };
}
