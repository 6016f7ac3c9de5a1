import { digestOfText, versionLabel } from '@capstan/capability-model';
import { compareParsed, createMatcher, type ParsedVersion, parsedVersion } from './ranges.ts';
import type { Candidate } from './types.ts';

/**
 * What can be known of a universe before anything is asked: versions parsed and sorted, who offers what, and a digest.
 * Making it once for many questions saves that work; it never changes an answer.
 */
export interface UniverseIndex {
  /** Versions of each package, newest first. */
  readonly byName: ReadonlyMap<string, readonly Candidate[]>;
  /** Candidates that offer a contract in some version, by its id. */
  readonly byCapability: ReadonlyMap<string, readonly Candidate[]>;
  /** Candidates that bring an API in some version, by `Kind.group`. */
  readonly byApi: ReadonlyMap<string, readonly Candidate[]>;
  /** The same for the same candidates in any order. */
  readonly digest: string;
  versionOf(candidate: Candidate): ParsedVersion;
  /** Whether a version lies in a range; ranges are parsed once. */
  matches(version: ParsedVersion | string, range: string, prereleases: boolean): boolean;
}

/** The index of a universe. Throws where a version is none. */
export function indexUniverse(universe: readonly Candidate[]): UniverseIndex {
  const versions = new Map(universe.map((each) => [each, parsedVersion(each.version)]));
  const versionOf = (candidate: Candidate) => versions.get(candidate) ?? parsedVersion(candidate.version);
  const lines = universe.map(lineOf);
  const ordered = [...universe.keys()]
    .sort((a, b) => inOrder(universe[a] as Candidate, universe[b] as Candidate, lines[a] ?? '', lines[b] ?? ''))
    .map((at) => universe[at] as Candidate);
  return {
    byName: Map.groupBy(ordered, ({ name }) => name),
    byCapability: offeredBy(ordered, ({ provides }) => provides.capabilities.map(({ id }) => id)),
    byApi: offeredBy(ordered, ({ provides }) => provides.apis.map(({ kind, group }) => `${kind}.${group}`)),
    digest: digestOfText(lines.sort().join('\n')),
    versionOf,
    matches: createMatcher(),
  };

  function inOrder(a: Candidate, b: Candidate, lineA: string, lineB: string): number {
    if (a.name !== b.name) return a.name < b.name ? -1 : 1;
    return (
      compareParsed(versionOf(b), versionOf(a)) || b.release - a.release || (lineA < lineB ? -1 : lineA > lineB ? 1 : 0)
    );
  }
}

/** What stands for a candidate: its metadata is named by its digest. */
function lineOf({ name, center, digest, channel, unreadable, ...id }: Candidate): string {
  return [name, versionLabel(id), center, digest, channel?.join(',') ?? '', unreadable ?? ''].join('\t');
}

function offeredBy(
  ordered: readonly Candidate[],
  offers: (candidate: Candidate) => readonly string[],
): Map<string, Candidate[]> {
  const found = new Map<string, Candidate[]>();
  for (const candidate of ordered) {
    for (const id of new Set(offers(candidate))) {
      const known = found.get(id);
      if (known) known.push(candidate);
      else found.set(id, [candidate]);
    }
  }
  return found;
}
