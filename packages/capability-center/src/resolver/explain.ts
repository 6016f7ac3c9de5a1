import { CapstanError, EXIT } from '@capstan/base';
import { CENTER_CODES } from '../codes.ts';
import { conclusionText } from './proof.ts';
import type { Clause, Repair, ResolverInput, ResolverResult } from './types.ts';

/** One line of text is for the conclusion and one for the heading of the ways out: 12 in all. */
const MAX_REASONS = 7;
const MAX_REPAIRS = 3;

/** Why there is no answer, in at most 12 lines: what was wanted, by whom, what stands against it, ways out that work. */
export function explain(
  clauses: readonly Clause[],
  input: Pick<ResolverInput, 'goals' | 'facts' | 'policy'>,
  repairs: readonly Repair[],
): string {
  const shown = clauses.length > MAX_REASONS ? clauses.slice(0, MAX_REASONS - 1) : clauses;
  const hidden = clauses.length - shown.length;
  return [
    conclusionText(input),
    ...shown.map(({ text }, index) => ` ${index + 1}. ${sentence(text)}`),
    ...(hidden > 0 ? [`    ... and ${hidden} more rules (-o json lists them all)`] : []),
    ...(repairs.length > 0 ? ['Ways out, each of them tried:'] : []),
    ...repairs.slice(0, MAX_REPAIRS).map((repair, index) => ` ${'abc'[index]}. ${repairText(repair)}`),
  ].join('\n');
}

function repairText({ text, changes, risk }: Repair): string {
  return `${text} (${counted(changes, 'change')})${risk === 'medium' || risk === 'high' ? `, ${risk} risk` : ''}`;
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

/** Capital and full stop; names of packages keep their own case. */
function sentence(text: string): string {
  const capital = /^(you|no|nothing|only) /.test(text) ? text.charAt(0).toUpperCase() : text.charAt(0);
  return `${capital}${text.slice(1)}.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
