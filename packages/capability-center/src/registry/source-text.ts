import { CapstanError, EXIT, messageOf } from '@capstan/base';
import type { DocumentOrigin, FieldPath } from '@capstan/capability-model';
import { type Document, isCollection, isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { offsetInJson, parseJsonText } from './json-text.ts';

/** A YAML or JSON text as a value, with the way back to its lines. */
export interface SourceText {
  readonly value: unknown;
  readonly origin: Required<DocumentOrigin>;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** Options of `parseSourceText`. */
export interface SourceTextOptions {
  /** Name of the file in messages. */
  readonly file: string;
  /** Code of the error when the text cannot be parsed. */
  readonly code: string;
  readonly hint: string;
  /** JSON is parsed as JSON only; positions are worked out when somebody asks. */
  readonly json?: boolean;
}

/** Parses a text; throws a CapstanError of the given code that names file, line, column and the parser's reason. */
export function parseSourceText(text: string, options: SourceTextOptions): SourceText {
  return options.json ? parseJson(text, options) : parseYamlText(text, options);
}

function parseJson(text: string, options: SourceTextOptions): SourceText {
  const parsed = parseJsonText(text);
  if ('fault' in parsed) throw unreadable(options, positionAt(text, parsed.fault.offset), parsed.fault.reason);
  const positionOf = (path: FieldPath) => positionAt(text, offsetInJson(text, path));
  return { value: parsed.value, origin: { file: options.file, positionOf } };
}

function parseYamlText(text: string, options: SourceTextOptions): SourceText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const positionOf = (path: FieldPath) => positionIn(document, lines, path);
  return { value: parseYaml({ document, lines }, options), origin: { file: options.file, positionOf } };
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++;
  return { line, column: before.length - start + 1 };
}

function parseYaml(
  { document, lines }: { document: Document; lines: LineCounter },
  options: SourceTextOptions,
): unknown {
  const [error] = document.errors;
  if (error) throw unreadable(options, toPosition(lines, error.pos[0]), error.message);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (failure) {
    throw unreadable(options, { line: 1, column: 1 }, messageOf(failure));
  }
}

/** Where a value stands, of a list or an object its name; of what is not there, its nearest parent. */
function positionIn(document: Document, lines: LineCounter, path: FieldPath): Position {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (!isCollection(node)) break;
    const key = isMap(node) ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === step)?.key : undefined;
    node = node.get(step, true);
    const start = startOf(isCollection(node) ? (key ?? node) : node);
    if (start === undefined) break;
    offset = start;
  }
  return toPosition(lines, offset);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}

function toPosition(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function unreadable({ file, code, hint }: SourceTextOptions, position: Position, reason: string): CapstanError {
  const at = `${file}:${position.line}:${position.column}`;
  return new CapstanError(code, `${at} cannot be read: ${reason}.`, {
    hint,
    exit: EXIT.usage,
    source: { file, ...position },
  });
}
