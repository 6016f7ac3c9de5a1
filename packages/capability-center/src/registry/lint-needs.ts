import type { Requirement } from '@capstan/capability-model';
import type { Candidate } from '../resolver/types.ts';

/** A need of a package that nothing in its registry meets. */
export interface UnmetNeed {
  /** Optional ones only bind what is there: nobody is stopped by them. */
  readonly optional: boolean;
  /** The resolver's own explanation, in one line. */
  readonly why: string;
}

/**
 * The needs that an installation with the package's defaults does not try, since they have a condition or pull nothing
 * in, and that cannot be met. `refusal` answers why a candidate can be installed nowhere, undefined when it can. Pure.
 */
export function unmetNeeds(
  candidate: Candidate,
  refusal: (variant: Candidate) => string | undefined,
): readonly UnmetNeed[] {
  return candidate.requires.flatMap((requirement): UnmetNeed[] => {
    const { when, optional = false } = requirement;
    if (!when && !optional) return [];
    const why = refusal({ ...candidate, requires: [unconditional(requirement)] });
    return why === undefined ? [] : [{ optional, why: why.split('\n').join(' ') }];
  });
}

function unconditional(requirement: Requirement): Requirement {
  const { when: _when, optional: _optional, ...need } = requirement;
  return need as Requirement;
}
