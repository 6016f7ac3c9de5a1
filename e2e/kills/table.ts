import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from '../support/capstan.ts';
import { type KillCase, MOMENTS } from './cases.ts';

const INTRODUCTION = `# Kill tests

The installing process is killed (SIGKILL) at every boundary of its journal while it works on three packages, each of
which needs the others below it: before the first journal entry, and in every step between its entry and its effect and
after the effect, which is before the entry of the next step. Then the same command, or \`capstan cap resume\`, is run.
The cluster must end as after an undisturbed run: the same objects, Helm releases, CRDs, Definitions, goals, states and
lock, the same archive of a removal, and what the user keeps untouched. \`capstan cap cancel\` of an installation and of
an upgrade that were killed is killed likewise.

A number tells how many passages of the step were tried; each ended so. \`pnpm test:long\` runs all of them and writes
this page; \`pnpm test\` runs some, others for each commit.
`;

/** Writes docs/kill-tests.md from a run in which every case held. */
export async function tabulate(kills: readonly KillCase[]): Promise<void> {
  const rows = [...Map.groupBy(kills, ({ of, step }) => `${of} | ${step}`)].map(([name, all]) => {
    const tried = MOMENTS.map((moment) => all.filter((kill) => kill.moment === moment).length);
    return `| ${name} | ${tried.join(' | ')} |`;
  });
  const date = new Date().toISOString().slice(0, 10);
  const text = [
    INTRODUCTION,
    `Run of ${date}: ${kills.length} kills, all of them completed.\n`,
    '| Disturbed | Step | before its record | between | after its effect |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  await writeFile(join(repository, 'docs/kill-tests.md'), text);
}
