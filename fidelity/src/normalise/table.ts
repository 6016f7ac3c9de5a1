import type { Json, JsonMap } from '../script/types.ts';

const AGE = /^((\d+[ydhms])+|<invalid>)$/;
const AGE_COLUMNS = new Set(['Age', 'Last Seen', 'First Seen', 'Duration', 'Last Schedule']);

interface Column {
  readonly name: string;
  readonly type: string;
}

/** Whether this is the server's printed form of objects. */
export function isTable(map: JsonMap): boolean {
  return map['kind'] === 'Table' && Array.isArray(map['rows']);
}

/** A Table without the descriptions of its columns (documentation) and with ages as `<age>`. */
export function normaliseTable(table: JsonMap): JsonMap {
  const columns = (table['columnDefinitions'] ?? []) as unknown as Column[];
  const rows = (table['rows'] as readonly JsonMap[]).map((row) => ({
    ...row,
    cells: ((row['cells'] ?? []) as readonly Json[]).map((cell, index) =>
      isAge(columns[index]) && typeof cell === 'string' && AGE.test(cell) ? '<age>' : cell,
    ),
  }));
  const described = (table['columnDefinitions'] ?? []) as readonly JsonMap[];
  const columnDefinitions = described.map(({ description: _, ...rest }) => rest);
  return { ...table, ...(described.length > 0 && { columnDefinitions }), rows };
}

/** Only the first Table of a watch names its columns. */
function isAge(column: Column | undefined): boolean {
  return column === undefined || column.type === 'date' || AGE_COLUMNS.has(column.name);
}
