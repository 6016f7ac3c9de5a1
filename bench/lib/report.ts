import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

/** One line of a benchmark: a figure of ours beside the same figure of a named peer, from the same run. */
export interface Comparison {
  readonly what: string;
  readonly ours: number;
  readonly peer: string;
  readonly theirs: number;
  /** The ratio that we want to stay under, where there is a goal. */
  readonly goal?: number;
}

/** Prints the comparisons as a table and writes them to `bench/results/NAME.json`. */
export function report(name: string, unit: string, comparisons: readonly Comparison[]): void {
  const rows = comparisons.map((one) => [
    one.what,
    one.ours.toFixed(3),
    one.peer,
    one.theirs.toFixed(3),
    `${(one.ours / one.theirs).toFixed(2)} x`,
    one.goal === undefined ? '-' : `${one.goal} x`,
  ]);
  const table = [['WHAT', `OURS ${unit}`, 'PEER', `PEER ${unit}`, 'RATIO', 'GOAL'], ...rows];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  save(name, { unit, comparisons });
}

/** Prints figures that have no peer in the run and writes them to `bench/results/NAME.json`. */
export function reportFigures(name: string, figures: Readonly<Record<string, number>>): void {
  const width = Math.max(...Object.keys(figures).map((what) => what.length));
  for (const [what, value] of Object.entries(figures)) console.log(`${what.padEnd(width)}  ${value.toFixed(3)}`);
  save(name, { figures });
}

function save(name: string, content: object): void {
  const folder = fileURLToPath(new URL('../results', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const result = { name, date: new Date().toISOString(), cpus: cpus().length, node: process.version, ...content };
  writeFileSync(`${folder}/${name}.json`, `${JSON.stringify(result, undefined, 2)}\n`);
}
