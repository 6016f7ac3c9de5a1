import { leavesOf, Teller } from './core-clauses.ts';
import type { Encoded } from './encoded.ts';
import type { Step } from './engine/core.ts';
import { NONE } from './engine/search-state.ts';
import type { Clause, Proof, ResolverInput } from './types.ts';
import { type Contradiction, contradiction, type EncodedCore } from './unsat-core.ts';
import type { View } from './view.ts';

/** A proof as data, and its leaves in the order in which people follow them. */
export interface ToldProof {
  readonly clauses: readonly Clause[];
  readonly proof: Proof;
}

/** Turns a core into a proof: leaves are rules of the input, each other node follows from those that lead to it. */
export function proofOf(encoded: Encoded, core: EncodedCore, view: View): ToldProof {
  const leaves = leavesOf(encoded, core, view);
  const idByText = new Map<string, number>();
  const clauses: Clause[] = [];
  const idsOf = new Map<string, number[]>();
  for (const { of, index, clause } of leaves) {
    const id = idByText.get(clause.text) ?? clauses.push(clause) - 1;
    idByText.set(clause.text, id);
    const key = `${of} ${index}`;
    idsOf.set(key, [...(idsOf.get(key) ?? []), id]);
  }
  const conclusion = { kind: 'conclusion' as const, text: conclusionText(view.input) };
  const proven = contradiction(encoded, core);
  // Without a derivation within the budget every leaf leads straight to the conclusion.
  const steps = proven ? [...proven.steps].reverse() : [everything(core)];
  const ids = new Map(steps.map(({ learned }, at) => [learned, clauses.length + at]));
  const teller = new Teller(encoded, view);
  const nodes = [
    ...clauses.map(({ kind, text, stated }, id) => ({ id, kind, text, ...(stated ? { stated } : {}) })),
    ...steps.map((step, at) => ({
      id: clauses.length + at,
      ...(step.learned === NONE || !proven
        ? conclusion
        : { kind: 'derived' as const, text: lessonText(step.learned, proven, teller) }),
    })),
  ];
  const edges = steps.flatMap((step) => {
    const to = ids.get(step.learned) as number;
    const refused = core.refused.filter((index) => step.packages.includes(encoded.refused[index]?.of ?? NONE));
    const from = [
      ...step.assumptions.flatMap((index) => idsOf.get(`goal ${index}`) ?? []),
      ...step.rules.flatMap((index) => idsOf.get(`rule ${index}`) ?? []),
      ...refused.flatMap((index) => idsOf.get(`refused ${index}`) ?? []),
      ...step.steps.map((learned) => ids.get(learned) as number),
    ];
    return [...new Set(from)].sort((a, b) => a - b).map((each) => ({ from: each, to }));
  });
  return { clauses, proof: founded({ nodes, edges }) };
}

/** Without steps that follow only from rules which are told as part of others: such a step would look like a rule itself. */
function founded({ nodes, edges }: Proof): Proof {
  const reached = new Set(edges.map(({ to }) => to));
  const kept = nodes.filter(({ id, kind }) => kind !== 'derived' || reached.has(id));
  if (kept.length === nodes.length) return { nodes, edges };
  const ids = new Map(kept.map(({ id }, at) => [id, at]));
  return founded({
    nodes: kept.map((node, at) => ({ ...node, id: at })),
    edges: edges.flatMap((edge) => {
      const [from, to] = [ids.get(edge.from), ids.get(edge.to)];
      return from === undefined || to === undefined ? [] : [{ from, to }];
    }),
  });
}

function everything({ rules, goals, refused }: EncodedCore): Step {
  return { learned: NONE, rules, assumptions: goals, steps: [], packages: refused };
}

/** A learned rule in words: what cannot be together, or what some versions need. */
function lessonText(learned: number, { solver, ordinals }: Contradiction, teller: Teller): string {
  const { state } = solver;
  const start = state.learnedStart.items[learned] as number;
  const end = state.learnedStart.items[learned + 1] as number;
  const together: string[] = [];
  const needed: string[] = [];
  for (let term = start; term < end; term += 2) {
    const at = state.terms.items[term] as number;
    const from = state.terms.items[term + 1] as number;
    const set = state.pool.items.slice(from, from + (state.width[at] as number));
    const ordinal = ordinals[at] as number;
    const absent = ((set[0] ?? 0) & 1) !== 0;
    if (absent)
      needed.push(
        teller.subjectText(
          ordinal,
          set.map((word) => ~word),
        ),
      );
    else together.push(teller.subjectText(ordinal, set));
  }
  if (needed.length > 0) {
    const need = needed.join(' or ');
    return together.length > 0 ? `${together.join(' with ')} needs ${need}` : `${need} is needed`;
  }
  return together.length > 1 ? `${together.join(' and ')} exclude each other` : `${together[0]} cannot be installed`;
}

/** What cannot be done, as the first line of an explanation. */
export function conclusionText({ goals, facts, policy }: Pick<ResolverInput, 'goals' | 'facts' | 'policy'>): string {
  const next = facts.alsoKubernetes?.at(-1);
  if (next !== undefined) return `Cannot upgrade Kubernetes to ${next}.`;
  const yours = goals.filter(({ askedBy }) => askedBy === 'you');
  const meant = yours.length > 0 ? yours : goals;
  const lift = policy?.lift ?? [];
  const moves = meant.every((goal) => lift.includes('*') || lift.includes(goal.package));
  const names = meant.map(({ package: name, range }) => {
    if (range === '*') return name;
    return moves ? `${name} to ${range}` : `${name} ${range}`;
  });
  return `Cannot ${moves ? 'upgrade' : 'install'} ${names.join(', ')}.`;
}
