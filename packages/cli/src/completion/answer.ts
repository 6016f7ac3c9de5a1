import type { Config } from '@oclif/core/config';
import { TOPICS } from '../help/groups.ts';
import { type Candidate, type Completion, complete } from './complete.ts';
import { DIRECTIVE } from './scripts.ts';
import { splitCommandLine, type TypedWords, typedWords } from './words.ts';

/** How long a shell waits at most; what the cluster has not said by then is not offered. */
const LIMIT_MS = 2_000;
/** More than anyone reads. */
const MOST = 500;

/**
 * Answers a shell: a line `VALUE<tab>TEXT` for each candidate, and last the directive. `__complete WORD...` gets the words
 * with the one at the cursor last, `__complete-line LINE` the line up to the cursor. What fails is not offered, and nothing is
 * said about it: there is nobody who could read it.
 */
export async function answerShell(argv: readonly string[], config: Config): Promise<readonly string[]> {
  const [protocol, ...rest] = argv;
  const typed = protocol === '__complete-line' ? splitCommandLine(rest[0] ?? '') : typedWords(rest);
  try {
    const completion = complete(typed, config.commands, TOPICS);
    return [...lines(await candidatesOf(completion, typed), typed), `:${directive(completion, typed)}`];
  } catch {
    return [`:${DIRECTIVE.noFiles}`];
  }
}

async function candidatesOf(completion: Completion, typed: TypedWords): Promise<Candidate[]> {
  const { candidates, source, lead, context } = completion;
  const current = typed.current.slice(lead.length);
  const found =
    source === 'nothing' || source === 'files' || source === 'folders' ? [] : await ask(source, current, context);
  return [...candidates, ...found].map(({ value, ...more }) => ({ value: lead + value, ...more }));
}

async function ask(
  source: Completion['source'],
  current: string,
  context: Completion['context'],
): Promise<Candidate[]> {
  const { localValues, remoteValues } = await import('./values.ts');
  const local = await localValues(source, context).catch(() => []);
  if (local !== undefined) return local;
  const limit = AbortSignal.timeout(LIMIT_MS);
  const late = new Promise<Candidate[]>((done) => limit.addEventListener('abort', () => done([])));
  return Promise.race([remoteValues(source, current, context, limit).catch(() => []), late]);
}

function lines(candidates: readonly Candidate[], { current }: TypedWords): string[] {
  const fitting = candidates.filter(({ value }) => value.startsWith(current)).slice(0, MOST);
  return fitting.map(({ value, text }) => (text ? `${value}\t${text.replace(/\s+/g, ' ')}` : value));
}

function directive({ source }: Completion, { current }: TypedWords): number {
  if (source === 'files') return DIRECTIVE.files;
  if (source === 'folders') return DIRECTIVE.folders;
  const unfinished = source === 'formats' && 'jsonpath='.startsWith(current) && current.startsWith('j');
  return DIRECTIVE.noFiles + (unfinished ? DIRECTIVE.noSpace : 0);
}
