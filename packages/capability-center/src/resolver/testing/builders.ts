import { type Requirement, versionLabel } from '@capstan/capability-model';
import { resolve } from '../resolve.ts';
import type { Candidate, ResolverGoal, ResolverInput, ResolverResult } from '../types.ts';

/** Fields of a candidate that a test cares about. */
export type Fields = Partial<Omit<Candidate, 'provides'>> & Partial<Candidate['provides']>;

/** A version of a package; it needs nothing and offers nothing unless told. */
export function version(name: string, id: string, { capabilities = [], apis = [], ...fields }: Fields = {}): Candidate {
  return {
    name,
    version: id,
    release: 0,
    requires: [],
    conflicts: [],
    platform: {},
    lifecycle: { phase: 'supported' },
    upgrade: { from: [] },
    center: 'capstan',
    digest: `sha256:${name}-${id}`,
    ...fields,
    provides: { capabilities, apis },
  };
}

/** Several versions of a package that are alike. */
export function versions(name: string, ids: readonly string[], fields: Fields = {}): Candidate[] {
  return ids.map((id) => version(name, id, fields));
}

/** What a version requires. */
export const needs = (...requires: Requirement[]) => ({ requires });
/** A requirement of a package. */
export const on = (name: string, range = '*', more: object = {}): Requirement => ({ package: name, range, ...more });
/** A contract that a version provides. */
export const offers = (id: string, contract = '1.0.0', features: string[] = [], exclusive = false) => ({
  capabilities: [{ id, version: contract, features, exclusive }],
});
/** An API that a version provides. */
export const api = (kind: string, served = ['v1']) => ({ apis: [{ group: 'example.org', kind, served }] });
/** A goal. */
export const goal = (name: string, range = '*', askedBy = 'you'): ResolverGoal => ({ package: name, range, askedBy });
/** An installed package. */
export const installed = (name: string, id: string) => ({ package: name, version: id, release: 0 });

/** A question with nothing installed, on Kubernetes 1.35, unless told otherwise. */
export function question(
  universe: readonly Candidate[],
  goals: readonly ResolverGoal[],
  more: Partial<ResolverInput> = {},
): ResolverInput {
  return { universe, goals, installed: [], facts: { kubernetes: 'v1.35.4', arch: ['amd64'] }, ...more };
}

/** The answer to such a question. */
export function given(
  universe: readonly Candidate[],
  goals: readonly ResolverGoal[],
  more: Partial<ResolverInput> = {},
): ResolverResult {
  return resolve(question(universe, goals, more));
}

/** `a 1.0.0, b 2.0.0`; throws the explanation where there is no solution. */
export function lockOf(result: ResolverResult): string {
  if (result.status !== 'solved') throw new Error(result.explanation);
  return result.lock.map((entry) => `${entry.package} ${versionLabel(entry)}`).join(', ');
}

/** Why there is no solution; throws where there is one. */
export function explanationOf(result: ResolverResult): string {
  if (result.status === 'solved') throw new Error(`solved: ${lockOf(result)}`);
  return result.explanation;
}
