import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from '../support/capstan.ts';
import { type KillCase, MOMENTS } from './cases.ts';

/** What became of a kill; `passed` is false where the operation has no such passage and ended undisturbed. */
export interface KillOutcome {
  readonly kill: KillCase;
  readonly passed: boolean;
}

const INTRODUCTION = `# Kill tests

The installing process is killed (SIGKILL) at every boundary of its journal while it works on three packages, each of
which needs the others below it: before the journal entry of a step, between the entry and its effect, and after the
effect. Then the same command, or \`capstan cap resume\`, is run. The cluster must end as after an undisturbed run: the
same objects, Helm releases, CRDs, Definitions, goals, states and lock, and what the user keeps untouched.

A number tells how many passages of the step were tried; each ended so. \`pnpm test:long\` runs all of them and writes
this page; \`pnpm test\` runs some, others for each commit.
`;

/** Writes docs/kill-tests.md from a run in which every case held. */
export async function tabulate(outcomes: readonly KillOutcome[]): Promise<void> {
  const steps = [...new Set(outcomes.map(({ kill }) => `${kill.operation} ${kill.step}`))];
  const rows = steps.flatMap((step) => {
    const of = outcomes.filter(({ kill, passed }) => passed && `${kill.operation} ${kill.step}` === step);
    if (of.length === 0) return [];
    const tried = MOMENTS.map((moment) => new Set(of.filter(({ kill }) => kill.moment === moment).map(passage)).size);
    const [operation, name] = step.split(' ');
    return [`| ${operation} | ${name} | ${tried.join(' | ')} |`];
  });
  const passed = outcomes.filter((one) => one.passed).length;
  const date = new Date().toISOString().slice(0, 10);
  const text = [
    INTRODUCTION,
    `Run of ${date}: ${passed} kills, all of them completed.\n`,
    '| Operation | Step | before its record | between | after its effect |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  await writeFile(join(repository, 'docs/kill-tests.md'), text);
}

const passage = ({ kill }: KillOutcome): number => kill.passage;
