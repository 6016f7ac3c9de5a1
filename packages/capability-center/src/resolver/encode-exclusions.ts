import type { Requirement } from '@capstan/capability-model';
import type { RuleSource, Subject } from './encoded.ts';
import { addTo, type Pair, setOf } from './engine/universe.ts';
import { apiName, meets, offers, sameApi } from './rules.ts';
import type { Candidate } from './types.ts';
import type { View } from './view.ts';

/** A rule of two packages with what it was made from. */
export interface Exclusion {
  readonly pair: Pair;
  readonly source: RuleSource;
}

interface Reached {
  readonly of: number;
  readonly candidates: readonly Candidate[];
}

/**
 * Rules by which versions of two packages exclude each other: declared conflicts, requirements that bind only what
 * something else brings, and APIs and contracts that one package alone can own. Only packages that can be reached count.
 */
export function encodeExclusions(
  subjects: readonly Subject[],
  ordinals: ReadonlyMap<string, number>,
  view: View,
): Exclusion[] {
  const reached = subjects.flatMap((subject, of): Reached[] =>
    subject.kind === 'package' ? [{ of, candidates: subject.candidates }] : [],
  );
  const byOrdinal = new Map(reached.map((each) => [each.of, each]));
  const offering = offersOf(reached);
  return [
    ...reached.flatMap((each) => [...conflictsOf(each), ...optionalsOf(each)]),
    ...[...offering.apis].flatMap(([name, owners]) => apart(`API ${name}`, owners, owners)),
    ...[...offering.services].flatMap(([name, owners]) => apart(`APIService ${name}`, owners, owners)),
    ...[...offering.capabilities].flatMap(([id, owners]) => {
      const exclusive = offering.exclusive.get(id) ?? [];
      return apart(`capability ${id}`, exclusive, owners);
    }),
  ];

  function conflictsOf({ of, candidates }: Reached): Exclusion[] {
    return grouped(candidates, (each) => each.conflicts).flatMap(({ when, value: rule }) =>
      targetsOf(rule.package, rule.capability, rule.api && apiName({ api: rule.api }))
        .filter((target) => target.of !== of)
        .flatMap((target) => {
          const never = setWhere(target, (each) => hits(each, rule));
          const source: RuleSource = { kind: 'conflict', of, reason: rule.reason, target: target.of };
          return isEmpty(never) ? [] : [{ pair: { first: of, when, second: target.of, never }, source }];
        }),
    );
  }

  function hits(candidate: Candidate, { package: name, capability, api, range = '*' }: Candidate['conflicts'][number]) {
    if (name !== undefined) return view.index.matches(view.index.versionOf(candidate), range, true);
    if (capability === undefined) {
      return api !== undefined && candidate.provides.apis.some((each) => sameApi(each, api));
    }
    return candidate.provides.capabilities.some(
      ({ id, version }) => id === capability && view.index.matches(version, range, false),
    );
  }

  /** An optional requirement brings nothing in: it excludes versions of what it is about that do not meet it. */
  function optionalsOf({ of, candidates }: Reached): Exclusion[] {
    const optional = (each: Candidate) => view.requirementsOf(each).filter((one) => one.optional);
    return grouped(candidates, optional).flatMap(({ when, value: requirement }) =>
      boundBy(requirement)
        .filter((target) => target.of !== of)
        .flatMap((target) => {
          const bound = (each: Candidate) => 'package' in requirement || offers(each, requirement);
          const never = setWhere(target, (each) => bound(each) && !meets(each, requirement, view));
          const source: RuleSource = { kind: 'requirement', of, requirement, target: target.of };
          return isEmpty(never) ? [] : [{ pair: { first: of, when, second: target.of, never }, source }];
        }),
    );
  }

  function boundBy(requirement: Requirement): Reached[] {
    if ('anyOf' in requirement) return [];
    if ('package' in requirement) return targetsOf(requirement.package, undefined, undefined);
    return 'capability' in requirement
      ? targetsOf(undefined, requirement.capability, undefined)
      : targetsOf(undefined, undefined, apiName(requirement));
  }

  function targetsOf(name: string | undefined, capability: string | undefined, api: string | undefined): Reached[] {
    if (name !== undefined) {
      const target = byOrdinal.get(ordinals.get(name) ?? -1);
      return target ? [target] : [];
    }
    const owners = capability === undefined ? offering.apis.get(api ?? '') : offering.capabilities.get(capability);
    return (owners ?? []).map(({ reached: owner }) => owner);
  }
}

interface Owner {
  readonly reached: Reached;
  readonly set: Int32Array;
}

type Owners = Map<string, Owner[]>;

/** Which versions of which packages bring each API and contract, and which claim a contract for themselves. */
function offersOf(reached: readonly Reached[]): {
  apis: Owners;
  services: Owners;
  capabilities: Owners;
  exclusive: Owners;
} {
  const found = { apis: new Map(), services: new Map(), capabilities: new Map(), exclusive: new Map() } as Record<
    'apis' | 'services' | 'capabilities' | 'exclusive',
    Owners
  >;
  for (const each of reached) {
    for (const [at, { provides }] of each.candidates.entries()) {
      for (const api of provides.apis) claim(found.apis, apiName({ api }), each, at);
      for (const name of provides.apiServices ?? []) claim(found.services, name, each, at);
      for (const { id, exclusive } of provides.capabilities) {
        claim(found.capabilities, id, each, at);
        if (exclusive) claim(found.exclusive, id, each, at);
      }
    }
  }
  return found;
}

function claim(owners: Owners, what: string, reached: Reached, at: number): void {
  const known = owners.get(what) ?? [];
  owners.set(what, known);
  const last = known.at(-1);
  const owner = last?.reached === reached ? last : { reached, set: setOf(reached.candidates.length, []) };
  if (owner !== last) known.push(owner);
  addTo(owner.set, at);
}

/** None of the claimants together with any other owner. */
function apart(what: string, claimants: readonly Owner[], owners: readonly Owner[]): Exclusion[] {
  const both = claimants === owners;
  return claimants.flatMap((claimant, index) =>
    owners
      .filter((owner, at) => owner.reached !== claimant.reached && (!both || at > index))
      .map((owner) => ({
        pair: {
          first: claimant.reached.of,
          when: claimant.set,
          second: owner.reached.of,
          never: owner.set,
        },
        source: { kind: 'exclusive', of: claimant.reached.of, what, target: owner.reached.of },
      })),
  );
}

/** What several versions say in the same words, with the set of those versions. */
function grouped<T>(
  candidates: readonly Candidate[],
  said: (candidate: Candidate) => readonly T[],
): { readonly when: Int32Array; readonly value: T }[] {
  const groups = new Map<string, { readonly when: Int32Array; readonly value: T }>();
  for (const [at, candidate] of candidates.entries()) {
    for (const value of said(candidate)) {
      const key = JSON.stringify(value);
      const group = groups.get(key) ?? { when: setOf(candidates.length, []), value };
      groups.set(key, group);
      addTo(group.when, at);
    }
  }
  return [...groups.values()];
}

function setWhere({ candidates }: Reached, test: (candidate: Candidate) => boolean): Int32Array {
  return setOf(
    candidates.length,
    candidates.flatMap((each, at) => (test(each) ? [at] : [])),
  );
}

function isEmpty(set: Int32Array): boolean {
  return set.every((word) => word === 0);
}
