import type { KubeObject } from '../model/object.ts';

/** A column of a Table (meta/v1 TableColumnDefinition). Descriptions are left empty for built-in types. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0 is always shown, more only on wish. */
  readonly priority: number;
}

/** One value of a row. */
export type Cell = string | number | boolean | null;

/** A condition of a row: what kubectl hides with `--show-all=false` of old. */
export interface RowCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** How objects of one kind become rows. */
export interface Printer {
  readonly columns: readonly Column[];
  /** As many cells as columns. `now` is in milliseconds since 1970. Objects may lack everything, as those of bookmarks. */
  cells(object: KubeObject, now: number): Cell[];
  conditions?(object: KubeObject): readonly RowCondition[] | undefined;
  /** The order of rows where it is not that of the list. */
  order?(a: KubeObject, b: KubeObject): number;
  /** Without rows the field says null, as the default convertor of apiserver registry/rest does. */
  readonly nullWhenEmpty?: boolean;
}

/**
 * Columns in short: names between bars, an asterisk for wide ones, a colon for types other than string. The column Name has
 * the format `name`, as has one with the type `name`.
 */
export function columns(text: string): readonly Column[] {
  return text.split('|').map((part) => {
    const priority = part.endsWith('*') ? 1 : 0;
    const [name = '', type = 'string'] = part.replace('*', '').split(':');
    const format = name === 'Name' || type === 'name' ? 'name' : '';
    return { name, type: type === 'name' ? 'string' : type, format, description: '', priority };
  });
}
