import { goJson, goNumber } from '../model/go-format.ts';
import type { KubeObject } from '../model/object.ts';
import type { PrinterColumn } from '../model/resource.ts';
import type { Cell, Column, Printer } from './columns.ts';
import { since } from './duration.ts';
import { type JsonPath, parseJsonPath } from './json-path.ts';

const NAME: Column = { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 };
const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** RFC 3339 as Go's parser takes it. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** The table of a CRD version; its age where the CRD has no columns (apiextensions tableconvertor). */
export function customPrinter(given: readonly PrinterColumn[]): Printer {
  const isDefault = given.length === 0;
  const shown = (isDefault ? [AGE] : given).map((column) => ({ column, path: parsed(column.jsonPath) }));
  return {
    columns: [NAME, ...shown.map(({ column }) => header(column, isDefault))],
    cells: (object, now) => [
      object.metadata.name ?? '',
      ...shown.map(({ column, path }) => cellOf(object, column.type, path, now)),
    ],
  };
}

function header(column: PrinterColumn, isDefault: boolean): Column {
  const { name, type, format = '', description, jsonPath, priority = 0 } = column;
  const path = isDefault ? '' : `Custom resource definition column (in JSONPath format): ${jsonPath}`;
  return { name, type, format, description: description || path, priority };
}

/** A path that cannot be read gives no value: the CRD's validation has refused it before. */
function parsed(jsonPath: string): JsonPath {
  try {
    return parseJsonPath(jsonPath);
  } catch {
    return () => [];
  }
}

/** Only the first value that a path finds is shown. */
function cellOf(object: KubeObject, type: string, path: JsonPath, now: number): Cell {
  const [value] = path(object);
  if (value === undefined || value === null) return null;
  if (type === 'string') return printed(value);
  if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null;
  if (type === 'number') return typeof value === 'number' ? value : null;
  if (type === 'boolean') return typeof value === 'boolean' ? value : null;
  if (type !== 'date' || typeof value !== 'string') return null;
  if (value === '') return '<unknown>';
  return TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value)) ? since(value, now) : '<invalid>';
}

function printed(value: unknown): string {
  if (typeof value === 'object') return goJson(value);
  return typeof value === 'number' ? goNumber(value) : String(value);
}
