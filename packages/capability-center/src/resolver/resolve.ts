import { digestOf, versionLabel } from '@capstan/capability-model';
import semver from 'semver';
import { explain } from './explain.ts';
import { lockOf } from './lock.ts';
import { proofOf } from './proof.ts';
import { findRepairs } from './repairs.ts';
import { solve } from './solve.ts';
import type { ResolverInput, ResolverResult } from './types.ts';
import { indexUniverse, type UniverseIndex } from './universe-index.ts';
import { View } from './view.ts';

/**
 * Chooses versions that meet every goal, or tells why none do. Pure: the same content in any order gives the same
 * result, byte for byte. What is installed is kept unless a rule or the policy moves it. Deprecated versions come last;
 * withdrawn ones only where they are installed already. `index` saves time where many questions are asked about one
 * universe: it must be `indexUniverse(given.universe)`.
 */
export function resolve(given: ResolverInput, index: UniverseIndex = indexUniverse(given.universe)): ResolverResult {
  const input = inOrder(given);
  const view = new View(input, index);
  const answer = solve(view);
  const { steps, encoded, warnings } = answer;
  const result = {
    inputsDigest: digestOf(identityOf(input, index)),
    steps,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
  if (answer.status === 'solved') {
    return { ...result, status: answer.status, ...lockOf(answer.assigned, encoded, view) };
  }
  if (answer.status === 'undecided') {
    const { status, hottest } = answer;
    const explanation = `No answer within ${steps} steps; most of them went into versions of ${hottest.join(' and ')}.`;
    return { ...result, status, explanation, hottest };
  }
  const { clauses, proof } = proofOf(encoded, answer.core, view);
  const repairs = findRepairs(view, encoded, answer.core);
  const explanation = explain(clauses, input, repairs);
  return { ...result, status: answer.status, proof, repairs, explanation };
}

/** The one order of an input: every list by its content. The universe has its order in the index. */
function inOrder(input: ResolverInput): ResolverInput {
  const { facts } = input;
  return {
    ...input,
    goals: sorted(input.goals, ({ package: name, range, askedBy, center = '', channels = [] }) => [
      name,
      range,
      askedBy,
      center,
      ...channels,
    ]),
    installed: sorted(input.installed, ({ package: name, ...id }) => [name, versionLabel(id)]),
    facts: {
      ...facts,
      kubernetes: semver.coerce(facts.kubernetes)?.version ?? facts.kubernetes,
      arch: [...facts.arch].sort(),
      ...(facts.os ? { os: [...facts.os].sort() } : {}),
      ...(facts.apis ? { apis: sorted(facts.apis, ({ group, kind, owner }) => [group, kind, owner]) } : {}),
    },
  };
}

function sorted<T>(items: readonly T[], key: (item: T) => readonly string[]): T[] {
  return items
    .map((item) => ({ item, text: key(item).join('\n') }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ item }) => item);
}

/** What stands for the input in its digest: candidates by the digest of their metadata. */
function identityOf({ goals, installed, facts, policy = {} }: ResolverInput, { digest }: UniverseIndex) {
  return { goals, installed, candidates: digest, facts, policy };
}
