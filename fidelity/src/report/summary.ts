import type { CaseResult } from '../results.ts';
import type { Json } from '../script/types.ts';

const SHOWN = 20;
const WIDTH = 160;
const BRIEF = { differences: 3, width: WIDTH };
const WHOLE = { differences: 200, width: 3000 };

/** The figure of each area and the first differences, for people. */
export function summary(results: readonly CaseResult[], show: string | undefined): string {
  const lines = [...areaLines(results), ''];
  const different = results.filter(({ different: steps }) => steps.length > 0);
  const shown = show === undefined ? different.slice(0, SHOWN) : different.filter(({ id }) => id.includes(show));
  for (const result of shown) lines.push(...caseLines(result, show === undefined ? BRIEF : WHOLE));
  if (show === undefined && different.length > shown.length)
    lines.push(`... and ${different.length - shown.length} more`);
  return `${lines.join('\n')}\n`;
}

/** Equal and all cases of an area. */
export interface AreaFigure {
  readonly area: string;
  readonly cases: number;
  readonly equal: number;
}

/** The figures of all areas, in order of name. */
export function figures(results: readonly CaseResult[]): AreaFigure[] {
  return [...Map.groupBy(results, ({ area }) => area)].map(([area, cases]) => ({
    area,
    cases: cases.length,
    equal: cases.filter(({ different }) => different.length === 0).length,
  }));
}

function areaLines(results: readonly CaseResult[]): string[] {
  const rows = figures(results);
  const sum = (of: (row: AreaFigure) => number) => rows.reduce((all, row) => all + of(row), 0);
  const total = { area: 'all', cases: sum(({ cases }) => cases), equal: sum(({ equal }) => equal) };
  return [...rows, total].map(({ area, cases, equal }) => {
    const percent = cases === 0 ? '' : `${((100 * equal) / cases).toFixed(1)} %`;
    return `${area.padEnd(22)}${String(cases).padStart(6)} cases${String(equal).padStart(6)} equal  ${percent}`;
  });
}

function caseLines({ id, different }: CaseResult, limit: typeof BRIEF): string[] {
  return [
    id,
    ...different.flatMap(({ script, step, request, differences }) => [
      `  ${script} step ${step}: ${request}`,
      ...differences
        .slice(0, limit.differences)
        .flatMap(({ path, real, embedded }) => [
          `    ${path}`,
          `      real     ${brief(real, limit.width)}`,
          `      embedded ${brief(embedded, limit.width)}`,
        ]),
      ...(differences.length > limit.differences ? [`    ... and ${differences.length - limit.differences} more`] : []),
    ]),
  ];
}

/** A value in one line. */
export function brief(value: Json | undefined, width = WIDTH): string {
  if (value === undefined) return '(absent)';
  const text = JSON.stringify(value);
  return text.length > width ? `${text.slice(0, width)}…` : text;
}
