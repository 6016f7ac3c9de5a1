import { CapstanError, EXIT, messageOf } from '@capstan/base';
import { type FieldPath, fieldName } from '@capstan/capability-model';
import { CENTER_CODES } from '../codes.ts';
import type { SourceText } from './source-text.ts';

/** What helps against a damaged registry. */
export const REPAIR = 'Published files never change: restore the registry from its source.';

/** How files of a registry are parsed. */
export const jsonOptions = (file: string) => ({ file, code: CENTER_CODES.registryCorrupt, hint: REPAIR, json: true });

/** The error for a file that is not what it must be, with its place. */
export function corrupt({ origin }: SourceText, path: FieldPath, message: string): CapstanError {
  const { line, column } = origin.positionOf(path) ?? { line: 1, column: 1 };
  const what = path.length > 0 ? `${fieldName(path)} ` : 'the file ';
  const at = `${origin.file}:${line}:${column}`;
  return new CapstanError(CENTER_CODES.registryCorrupt, `${at} is corrupt: ${what}${message}.`, {
    hint: REPAIR,
    exit: EXIT.usage,
    source: { file: origin.file, line, column },
  });
}

/** Why a file could not be read, in words. */
export function reasonOf(error: unknown, file: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return `there is no ${file}`;
  if (code === 'EACCES') return `no permission to read ${file}`;
  return messageOf(error);
}
