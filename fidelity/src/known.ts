import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import type { CaseResult } from './results.ts';

const FILE = fileURLToPath(new URL('../known-differences.yaml', import.meta.url));

/** Why some cases differ. */
export interface KnownDifference {
  readonly reason: string;
  /** The part of the embedded server that it belongs to. */
  readonly owner: string;
  /** Regular expressions that find more cases with the same cause: on the case, and on the paths of what differs. */
  readonly match?: { readonly case?: string; readonly path?: string };
  /** Cases, each exactly once in the file, in order. */
  readonly cases: readonly string[];
}

/** The reason of cases that nobody has looked at yet. */
export const UNEXPLAINED = 'not explained yet';

/** What speaks against the file of known differences. */
export interface KnownCheck {
  /** Cases that differ and are not in the file. */
  readonly unexpected: readonly CaseResult[];
  /** Cases in the file that are equal now, or do not exist. */
  readonly stale: readonly string[];
}

/** Reads known-differences.yaml. */
export async function readKnown(file = FILE): Promise<KnownDifference[]> {
  return ((parse(await readFile(file, 'utf8')) as KnownDifference[] | null) ?? []).map((entry) => ({
    ...entry,
    cases: entry.cases ?? [],
  }));
}

/** Writes known-differences.yaml. */
export async function writeKnown(known: readonly KnownDifference[], file = FILE): Promise<void> {
  const header = [
    '# Cases in which the embedded server answers differently from the real one, with the reason. `pnpm fidelity --ratchet`',
    '# rewrites the lists of cases and keeps the reasons. A case that is listed and equal is an error, as is one that is',
    '# different and not listed.',
  ];
  await writeFile(file, `${header.join('\n')}\n${stringify(known, { lineWidth: 0 })}`);
}

/** Compares results with what is known. */
export function checkKnown(results: readonly CaseResult[], known: readonly KnownDifference[]): KnownCheck {
  const listed = new Set(known.flatMap(({ cases }) => cases));
  const different = results.filter((result) => result.different.length > 0);
  const differing = new Set(different.map(({ id }) => id));
  return {
    unexpected: different.filter(({ id }) => !listed.has(id)),
    stale: [...listed].filter((id) => !differing.has(id)).sort(),
  };
}

/**
 * The file's content for these results: a case stays with its reason, a new one goes to the first entry that matches it,
 * else to the one that is not explained; equal ones go. Results of a selection leave other cases alone.
 */
export function ratchet(
  results: readonly CaseResult[],
  known: readonly KnownDifference[],
  isWhole: boolean,
): KnownDifference[] {
  const entryOf = new Map(known.flatMap((entry, index) => entry.cases.map((id) => [id, index] as const)));
  const tested = new Set(results.map(({ id }) => id));
  const lists: string[][] = known.map(({ cases }) => (isWhole ? [] : cases.filter((id) => !tested.has(id))));
  // A partial run must not lose what it did not look at.
  const unexplained = known.findIndex(({ reason }) => reason === UNEXPLAINED);
  const rest: string[] = [...(lists[unexplained] ?? [])];
  for (const result of results) {
    if (result.different.length === 0) continue;
    const before = entryOf.get(result.id);
    const isExplained = before !== undefined && known[before]?.reason !== UNEXPLAINED;
    const index = isExplained ? before : known.findIndex((entry) => matches(entry, result));
    (lists[index] ?? rest).push(result.id);
  }
  const kept = known
    .map((entry, index) => ({ ...entry, cases: (lists[index] ?? []).sort() }))
    .filter(({ reason, cases, match }) => reason !== UNEXPLAINED && (cases.length > 0 || match !== undefined));
  return rest.length === 0 ? kept : [...kept, { reason: UNEXPLAINED, owner: 'apiserver', cases: rest.sort() }];
}

function matches({ match }: KnownDifference, { id, different }: CaseResult): boolean {
  if (match === undefined) return false;
  const { case: ofCase, path } = match;
  if (ofCase !== undefined && !new RegExp(ofCase).test(id)) return false;
  if (path === undefined) return true;
  const pattern = new RegExp(path);
  return different.every(({ differences }) => differences.every((difference) => pattern.test(difference.path)));
}
