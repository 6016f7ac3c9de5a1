import { CapstanError, EXIT } from '@capstan/base';
import { CENTER_CODES } from '../codes.ts';
import { conclusionText, distinctClauses } from './proof.ts';
import type { Clause, Repair, ResolverGoal, ResolverResult } from './types.ts';

/** One line of text is for the conclusion and one for the heading of the ways out: 12 in all. */
const MAX_REASONS = 7;
const MAX_REPAIRS = 3;
const MAX_VERSIONS = 3;

/** Why there is no answer, in at most 12 lines: what was wanted, by whom, what stands against it, ways out that work. */
export function explain(
  clauses: readonly Clause[],
  goals: readonly ResolverGoal[],
  repairs: readonly Repair[],
): string {
  const reasons = told(distinctClauses(clauses).filter(({ kind }) => kind !== 'one-version'));
  const shown = reasons.length > MAX_REASONS ? reasons.slice(0, MAX_REASONS - 1) : reasons;
  const hidden = reasons.length - shown.length;
  return [
    conclusionText(goals),
    ...shown.map((reason, index) => ` ${index + 1}. ${sentence(reason)}`),
    ...(hidden > 0 ? [`    ... and ${hidden} more rules (-o json lists them all)`] : []),
    ...(repairs.length > 0 ? ['Ways out, each of them tried:'] : []),
    ...repairs
      .slice(0, MAX_REPAIRS)
      .map(({ text, changes }, index) => ` ${'abc'[index]}. ${text} (${counted(changes, 'change')})`),
  ].join('\n');
}

/** The error of a result that is no solution: CAPSTAN_CAP_UNSATISFIABLE or CAPSTAN_CAP_UNDECIDED, exit 5. */
export function resolutionError(result: Exclude<ResolverResult, { status: 'solved' }>): CapstanError {
  const [message = '', ...rest] = result.explanation.split('\n');
  if (result.status === 'undecided') {
    return new CapstanError(CENTER_CODES.capUndecided, message, {
      hint: 'Ask for narrower ranges, or for fewer packages at once.',
      exit: EXIT.blocked,
      fields: { steps: result.steps },
    });
  }
  const { proof, repairs } = result;
  return new CapstanError(CENTER_CODES.capUnsatisfiable, message, {
    hint: rest.join('\n'),
    exit: EXIT.blocked,
    fields: { proof, repairs },
    terminal: true,
  });
}

/** Versions that state the same rule are told in one sentence. */
function told(clauses: readonly Clause[]): string[] {
  const versions = new Map<string, string[]>();
  for (const { text, stated } of clauses) {
    const key = stated ? `${stated.by}\n${stated.rule}` : text;
    versions.set(key, [...(versions.get(key) ?? []), ...(stated ? [stated.version] : [])]);
  }
  return [...versions].map(([key, stating]) => {
    const [by = '', rule] = key.split('\n');
    return rule === undefined ? key : `${by} ${versionsText(stating)} ${rule}`;
  });
}

function versionsText(versions: readonly string[]): string {
  if (versions.length === 1) return String(versions[0]);
  const hidden = versions.length - MAX_VERSIONS;
  const shown = versions.slice(0, MAX_VERSIONS).join(', ');
  return hidden > 0 ? `(${shown} and ${hidden} more)` : `(${shown})`;
}

/** Capital and full stop; names of packages keep their own case. */
function sentence(text: string): string {
  const capital = /^(you|no|nothing|only) /.test(text) ? text.charAt(0).toUpperCase() : text.charAt(0);
  return `${capital}${text.slice(1)}.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
