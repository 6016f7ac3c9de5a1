import type { Clause, Proof, ResolverGoal } from './types.ts';

/** Clauses with one text are one; goals come first, the rest keeps its order. */
export function distinctClauses(clauses: readonly Clause[]): Clause[] {
  const byText = new Map(clauses.map((clause) => [clause.text, clause]));
  const all = [...byText.values()];
  return [...all.filter(({ kind }) => kind === 'goal'), ...all.filter(({ kind }) => kind !== 'goal')];
}

/** The proof of clauses that cannot hold together: each is a leaf of the one conclusion. */
export function proofOf(clauses: readonly Clause[], goals: readonly ResolverGoal[]): Proof {
  const leaves = distinctClauses(clauses).map(({ kind, text }, id) => ({ id, kind, text }));
  const conclusion = { id: leaves.length, kind: 'conclusion' as const, text: conclusionText(goals) };
  return {
    nodes: [...leaves, conclusion],
    edges: leaves.map(({ id }) => ({ from: id, to: conclusion.id })),
  };
}

/** What cannot be done, as the first line of an explanation. */
export function conclusionText(goals: readonly ResolverGoal[]): string {
  const yours = goals.filter(({ askedBy }) => askedBy === 'you');
  const names = (yours.length > 0 ? yours : goals).map(({ package: name, range }) =>
    range === '*' ? name : `${name} ${range}`,
  );
  return `Cannot install ${names.join(', ')}.`;
}
