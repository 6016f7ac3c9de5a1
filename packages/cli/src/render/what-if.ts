import type { UpgradeStep, WhatIfReport } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import { count } from '../lib/words.ts';
import { type Terminal, wrap } from './terminal.ts';

/** Whether Kubernetes may be upgraded: at once, after these upgrades in this order, or not, with the proof. */
export function whatIfLines(report: WhatIfReport, terminal: Terminal): string[] {
  const width = terminal.columns ?? 100;
  const head = `Kubernetes ${report.from} -> ${report.to}:`;
  const warnings = report.warnings.flatMap(({ text }) => wrap(`warning: ${text}`, width));
  switch (report.status) {
    case 'ready':
      return [`${head} yes, everything that is installed runs there.`, ...warnings];
    case 'after-upgrades':
      return [
        `${head} yes, after ${count(report.first.length, 'upgrade')}, in this order`,
        ...stageLines(report.stages, width),
        ...warnings,
      ];
    case 'impossible': {
      const { explanation, repairs, stoppedAt } = report;
      return [
        `${head} no${stoppedAt === report.to ? '' : `, it stops at ${stoppedAt}`}`,
        ...explanation.split('\n').flatMap((line) => wrap(line, width)),
        ...(repairs.length > 0 && !explanation.includes(repairs[0]?.text ?? '') ? ['Ways out that were checked:'] : []),
        ...(explanation.includes(repairs[0]?.text ?? '') ? [] : repairs.map(({ text }) => `  ${text}`)),
        ...warnings,
      ];
    }
    case 'undecided':
      return [`${head} undecided`, ...wrap(report.explanation, width), ...warnings];
  }
}

function stageLines(stages: Extract<WhatIfReport, { status: 'after-upgrades' }>['stages'], width: number): string[] {
  let at = 0;
  return stages.flatMap(({ kubernetes, first }) => [
    ...first.flatMap((step) => stepLines(step, ++at, width)),
    `  ${++at}. Kubernetes to ${kubernetes}`,
  ]);
}

function stepLines({ package: name, from, to, hops, because }: UpgradeStep, at: number, width: number): string[] {
  const way = [...(from ? [from] : []), ...hops, to].map(versionLabel).join(' -> ');
  const [first = '', ...rest] = wrap(`${name} ${way}: ${because.text}`, width - 5);
  return [`  ${at}. ${first}`, ...rest.map((line) => `     ${line}`)];
}
