import type { Difference } from '../compare.ts';
import type { CaseResult } from '../results.ts';
import { brief } from './summary.ts';

const CONTEXT = 40;
const TYPES = 60;

interface Cause {
  readonly signature: string;
  readonly cases: Set<string>;
  readonly areas: Set<string>;
  readonly example: {
    readonly id: string;
    readonly request: string;
    readonly where: string;
    readonly difference: Difference;
  };
}

/** Differences grouped by what they look like, those that concern most cases first. */
export function causesReport(results: readonly CaseResult[]): string {
  const causes = new Map<string, Cause>();
  for (const { id, area, different } of results) {
    for (const { script, step, request, differences } of different) {
      // Where the status differs the rest follows from it.
      const status = differences.find(({ path }) => path === 'status' || path === '');
      for (const difference of status === undefined ? differences : messageOf(status, differences)) {
        const signature = signatureOf(difference);
        const cause = causes.get(signature) ?? {
          signature,
          cases: new Set(),
          areas: new Set(),
          example: { id, request, where: `${script} step ${step}`, difference },
        };
        causes.set(signature, cause);
        cause.cases.add(id);
        cause.areas.add(area);
      }
    }
  }
  const sorted = [...causes.values()].sort((a, b) => b.cases.size - a.cases.size);
  return `${[byType(results), ...sorted.map(describe)].join('\n\n')}\n`;
}

/** The types with most differences, each with its first one. */
function byType(results: readonly CaseResult[]): string {
  const different = results.filter(({ different: steps }) => steps.length > 0);
  const types = [...Map.groupBy(different, ({ key }) => key.type)].sort(([, a], [, b]) => b.length - a.length);
  const lines = types.slice(0, TYPES).map(([type, cases]) => {
    const first = cases[0]?.different[0]?.differences[0];
    return `${String(cases.length).padStart(5)} ${type}: ${first === undefined ? '' : `${first.path}: ${brief(first.real)} became ${brief(first.embedded)}`}`;
  });
  return ['## By type', ...lines].join('\n');
}

function messageOf(status: Difference, all: readonly Difference[]): Difference[] {
  const message = all.find(({ path }) => path === 'body.message');
  const text = message?.embedded ?? message?.real;
  return [text === undefined ? status : { ...status, path: `status, with message ${brief(text, 300)}` }];
}

function signatureOf({ path, real, embedded }: Difference): string {
  const place = path
    .replace(/\[\d+\]/g, '[]')
    .replace(/\b(items|managedFields)(\.[\w-]+|\[[^\]]*\])/g, '$1[]')
    .replace(/^events\[\]\.object/, 'body')
    .replace(/^body\.(items\[\]|rows\[\]\.object|object)\./, 'body.')
    .replace(/"[^"]*"/g, '""');
  if (typeof real === 'string' && typeof embedded === 'string' && place.endsWith('message')) {
    return `${place}: ${firstDifference(real, embedded)}`;
  }
  if (path.startsWith('status')) return `${place}: ${brief(real)} became ${brief(embedded)}`;
  const kind = real === undefined ? 'is too much' : embedded === undefined ? 'is missing' : 'differs';
  return `${place} ${kind}`;
}

/** Both texts around the first place at which they differ. */
function firstDifference(real: string, embedded: string): string {
  let at = 0;
  while (at < real.length && real[at] === embedded[at]) at++;
  const from = Math.max(0, at - CONTEXT);
  return `"${real.slice(from, at + CONTEXT)}" became "${embedded.slice(from, at + CONTEXT)}"`;
}

function describe({ signature, cases, areas, example }: Cause): string {
  const { id, request, where, difference } = example;
  const others = [...cases].slice(1, 6);
  return [
    `## ${cases.size} cases: ${signature}`,
    `areas: ${[...areas].join(', ')}`,
    `example: ${id}  (${where}: ${request})`,
    `  path     ${difference.path}`,
    `  real     ${brief(difference.real, 600)}`,
    `  embedded ${brief(difference.embedded, 600)}`,
    ...(others.length > 0 ? [`also: ${others.join(' | ')}`] : []),
  ].join('\n');
}
