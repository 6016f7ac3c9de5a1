import { cut, paint, plain, type Terminal, toneOf } from './terminal.ts';

/** A column of a table. */
export interface Column<T> {
  readonly header: string;
  readonly value: (item: T) => string | number | undefined;
  /** Shown only with `-o wide`. */
  readonly wide?: boolean;
  /** Gives way first when the table is too broad. */
  readonly flexible?: boolean;
  /** Coloured as a state word. */
  readonly state?: boolean;
}

/** Options of `renderTable`. */
export interface TableOptions {
  readonly terminal: Terminal;
  readonly wide?: boolean;
}

const GAP = 2;
/** No column becomes narrower than this. */
const NARROWEST = 8;

/**
 * A padded table without lines, as kubectl prints it; an absent value is `-`. In a terminal it fits the columns:
 * flexible columns are cut first, then the widest ones; in a pipe nothing is cut.
 */
export function renderTable<T>(items: readonly T[], columns: readonly Column<T>[], options: TableOptions): string[] {
  const { terminal, wide = false } = options;
  const shown = columns.filter((column) => wide || !column.wide);
  const rows = items.map((item) => shown.map((column) => cell(column.value(item))));
  const table = [shown.map((column) => column.header), ...rows];
  const natural = shown.map((_, index) => Math.max(...table.map((row) => length(row[index] ?? ''))));
  const widths = terminal.columns === undefined ? natural : squeeze(natural, shown, terminal.columns);
  return table.map((row, rowIndex) =>
    row
      .map((text, index) => {
        const width = widths[index] ?? 0;
        const shortened = cut(text, width, terminal.ellipsis);
        const padding = index === row.length - 1 ? '' : ' '.repeat(width - length(shortened) + GAP);
        const tone = rowIndex > 0 && shown[index]?.state ? toneOf(text) : undefined;
        return paint(shortened, tone, terminal) + padding;
      })
      .join('')
      .trimEnd(),
  );
}

function cell(value: string | number | undefined): string {
  return value === undefined || value === '' ? '-' : plain(String(value));
}

function length(text: string): number {
  return [...text].length;
}

function squeeze<T>(natural: readonly number[], columns: readonly Column<T>[], available: number): number[] {
  const widths = [...natural];
  const excess = () => widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1) - available;
  const flexible = [...columns.keys()].filter((index) => columns[index]?.flexible);
  for (const candidates of [flexible, [...columns.keys()]]) {
    while (excess() > 0) {
      const widest = candidates.reduce(
        (best, index) => ((widths[index] ?? 0) > (widths[best] ?? 0) ? index : best),
        candidates[0] ?? 0,
      );
      const width = widths[widest] ?? 0;
      if (width <= NARROWEST) break;
      const others = candidates.filter((index) => index !== widest).map((index) => widths[index] ?? 0);
      const next = Math.max(NARROWEST, width - excess(), ...others.filter((other) => other < width));
      widths[widest] = Math.min(width - 1, next);
    }
  }
  return widths;
}
