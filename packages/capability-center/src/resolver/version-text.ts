import { compareVersionIds, versionLabel } from '@capstan/capability-model';
import { holdsVersion } from './engine/universe.ts';
import type { Candidate } from './types.ts';

const MAX_LISTED = 3;

/**
 * Some versions of a package as people say it, simplified against the versions that exist: `1.42.0`, `>=1.40.0`,
 * `<2.0.0`, `>=1.2.0 <1.5.0`, `(every version)`, or a list.
 */
export function versionsText(candidates: readonly Candidate[], set: Int32Array): string {
  const rising = [...candidates.entries()]
    .map(([at, candidate]) => ({ label: versionLabel(candidate), candidate, inside: holdsVersion(set, at) }))
    .sort((a, b) => compareVersionIds(a.candidate, b.candidate));
  const inside = rising.filter((each) => each.inside);
  const first = rising.findIndex((each) => each.inside);
  const end = first + inside.length;
  if (inside.length === 1) return inside[0]?.label ?? '';
  if (inside.length === rising.length) return '(every version)';
  if (rising.slice(first, end).every((each) => each.inside)) {
    const from = first > 0 ? [`>=${rising[first]?.label}`] : [];
    const to = end < rising.length ? [`<${rising[end]?.label}`] : [];
    return [...from, ...to].join(' ');
  }
  return listed(inside.map(({ label }) => label).reverse());
}

/** A few of some labels, and how many more there are. */
function listed(labels: readonly string[]): string {
  const hidden = labels.length - MAX_LISTED;
  const shown = labels.slice(0, MAX_LISTED).join(', ');
  return hidden > 0 ? `(${shown} and ${hidden} more)` : `(${shown})`;
}
