import type { WhyReport } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import { enumerate } from '../lib/words.ts';
import { type Terminal, wrap } from './terminal.ts';

/** Who asked for a package and who needs it: for each goal that leads to it the chain of clauses, then those who need it. */
export function whyLines(report: WhyReport, terminal: Terminal): string[] {
  const { package: name, version, askedBy, chains, neededBy, dependents } = report;
  const width = terminal.columns ?? 100;
  const below = (text: string, indent: number) =>
    wrap(text, Math.max(30, width - indent - 2)).map((line, at) => ' '.repeat(indent + (at === 0 ? 0 : 2)) + line);
  const chain = chains.flatMap(({ clauses }) =>
    clauses.flatMap(({ text }, at) => below(at === 0 ? text : `so: ${text}`, at === 0 ? 2 : 4)),
  );
  return [
    `${name} ${version ? versionLabel(version) : ''} is installed${askedBy.length === 0 ? ', and nothing that is wanted needs it' : ', because'}`.trim(),
    ...chain,
    ...(neededBy.length > 0 ? ['needed by'] : []),
    ...neededBy.flatMap((one) => below(`${one.package}: ${one.because.text}`, 2)),
    ...(dependents.length > neededBy.length ? wrap(`Removing it takes along ${enumerate(dependents)}.`, width) : []),
  ];
}
