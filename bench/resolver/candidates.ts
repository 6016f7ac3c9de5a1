import type { Candidate } from '@capstan/capability-center';
import type { Universe } from './universes.ts';

/** A universe as the resolver takes it. */
export function candidatesOf({ packages }: Universe): Candidate[] {
  return packages.flatMap(({ name, versions }) =>
    versions.map(({ version, requires }) => ({
      name,
      version,
      release: 0,
      requires: Object.entries(requires).map(([target, range]) => ({ package: target, range })),
      conflicts: [],
      platform: {},
      lifecycle: { phase: 'supported' },
      upgrade: { from: [] },
      provides: { capabilities: [], apis: [] },
      center: 'bench',
      digest: `${name}@${version}`,
    })),
  );
}
