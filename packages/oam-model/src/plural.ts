import { groupOf, type KindReference } from '@capstan/base';

/**
 * The plural that Kubernetes guesses for a kind (meta.UnsafeGuessKindToResource): right for every built-in kind but
 * Endpoints, and for a custom kind only if its author followed the habit. Prefer the CRD's or discovery's.
 */
export function guessPlural(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular === 'endpoints') return singular;
  if (singular.endsWith('s')) return `${singular}es`;
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}

/** `<plural>.<group>` with a guessed plural, the name that a Definition of the kind has; the core group leaves a dot at the end. */
export function resourceNameOf(kind: KindReference): string {
  return `${guessPlural(kind.kind)}.${groupOf(kind.apiVersion)}`;
}
