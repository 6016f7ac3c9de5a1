import type { SourcePosition } from '@capstan/base';
import type { DecisionProblem } from '@capstan/core';
import {
  type ApplicationConfiguration,
  type PathSegment,
  parseFieldPath,
  type SourceDocument,
} from '@capstan/oam-model';
import { isOam } from './file-objects.ts';

/**
 * Where in some files stands what is wrong with a component of an application: the field of its workload or trait, or
 * the nearest parent that is written there. Undefined where the files do not hold it.
 */
export function problemSource(
  problem: DecisionProblem,
  application: string,
  documents: readonly SourceDocument[],
): SourcePosition | undefined {
  const written = documents.find(
    ({ object }) => isOam(object, 'ApplicationConfiguration') && object.metadata.name === application,
  );
  const components = (written?.object as ApplicationConfiguration | undefined)?.spec?.components ?? [];
  const { component } = problem;
  const at = components.findIndex((one) => [one.instanceName, one.componentName].includes(component));
  const entry = components[at];
  if (!written || !entry || component === undefined) return undefined;
  if (problem.reason === 'InvalidWorkload') {
    const workload = documents.find(
      ({ object }) => isOam(object, 'Component') && object.metadata.name === entry.componentName,
    );
    if (workload) return workload.locate(['spec', 'workload', ...segmentsOf(problem)]);
  }
  const own = ['spec', 'components', at] as const;
  const traits = [...(entry.traits ?? []).entries()].filter(([, { trait }]) => trait?.kind === problem.kind);
  // Of two traits of a kind it cannot be told which is meant.
  const [only] = traits.length === 1 && problem.reason === 'InvalidTrait' ? traits : [];
  return written.locate(only ? [...own, 'traits', only[0], 'trait', ...segmentsOf(problem)] : own);
}

/** A plugin may name a field as it likes. */
function segmentsOf({ path = '' }: DecisionProblem): readonly PathSegment[] {
  try {
    return parseFieldPath(path);
  } catch {
    return [];
  }
}
