import { digestOf, versionLabel } from '@capstan/capability-model';
import { explain } from './explain.ts';
import { lockOf } from './lock.ts';
import { proofOf } from './proof.ts';
import { findRepairs } from './repairs.ts';
import { search } from './search.ts';
import type { ResolverInput, ResolverResult } from './types.ts';

/**
 * Chooses versions that meet every goal, or tells why none do. Pure: the same content in any order gives the same
 * result, byte for byte. What is installed is kept unless a rule or the policy moves it. Deprecated versions come last;
 * withdrawn ones only where they are installed already.
 */
export function resolve(given: ResolverInput): ResolverResult {
  const input = inOrder(given);
  const inputsDigest = digestOf(identityOf(input));
  const found = search(input);
  const { steps } = found;
  if (found.status === 'solved') {
    return { status: 'solved', inputsDigest, steps, ...lockOf(found.choices, input) };
  }
  if (found.status === 'undecided') {
    const explanation = `No answer within ${steps} steps; most of them went into versions of ${found.hottest}.`;
    return { status: 'undecided', inputsDigest, steps, explanation };
  }
  const proof = proofOf(found.clauses, input.goals);
  const repairs = findRepairs(input, found.clauses);
  const explanation = explain(found.clauses, input.goals, repairs);
  return { status: 'unsatisfiable', inputsDigest, steps, proof, repairs, explanation };
}

/** The one order of an input: every list by its content. */
function inOrder(input: ResolverInput): ResolverInput {
  return {
    ...input,
    universe: sorted(input.universe, ({ name, version, release, center, digest }) => [
      name,
      version,
      String(release),
      center,
      digest,
    ]),
    goals: sorted(input.goals, ({ package: name, range, askedBy, center = '' }) => [name, range, askedBy, center]),
    installed: sorted(input.installed, ({ package: name, ...id }) => [name, versionLabel(id)]),
    facts: { ...input.facts, arch: [...input.facts.arch].sort() },
  };
}

function sorted<T>(items: readonly T[], key: (item: T) => readonly string[]): T[] {
  return items
    .map((item) => ({ item, text: key(item).join('\n') }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ item }) => item);
}

/** What stands for the input in its digest: candidates by the digest of their metadata. */
function identityOf({ goals, installed, universe, facts, policy = {} }: ResolverInput) {
  const candidates = universe.map(({ name, center, digest, ...id }) => [center, name, versionLabel(id), digest]);
  return { goals, installed, candidates, facts, policy };
}
