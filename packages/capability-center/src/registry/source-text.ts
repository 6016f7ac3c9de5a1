import { CapstanError, EXIT, messageOf } from '@capstan/base';
import type { DocumentOrigin, FieldPath } from '@capstan/capability-model';
import { type Document, isCollection, isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from 'yaml';

/** A YAML or JSON text as a value, with the way back to its lines. */
export interface SourceText {
  readonly value: unknown;
  readonly origin: Required<DocumentOrigin>;
}

interface Located {
  readonly document: Document;
  readonly lines: LineCounter;
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
  const { file } = options;
  let located: Located | undefined;
  const locate = () => {
    const lines = new LineCounter();
    located ??= { document: parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true }), lines };
    return located;
  };
  const positionOf = (path: FieldPath) => {
    const { document, lines } = locate();
    return positionIn(document, lines, path);
  };
  return {
    value: options.json ? parseJson(text, options, locate) : parseYaml(locate(), options),
    origin: { file, positionOf },
  };
}

function parseJson(text: string, options: SourceTextOptions, locate: () => Located): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8 names the position of some errors only; JSON is YAML, whose parser places the rest.
    const named = /at position (\d+)/.exec(messageOf(error))?.[1];
    const { document, lines } = locate();
    const offset = named === undefined ? (document.errors[0]?.pos[0] ?? text.length) : Number(named);
    const reason = messageOf(error)
      .replace(/ in JSON at position.*$/s, '')
      .replace(/, "?\.{0,3}[\s\S]*$/, '');
    throw unreadable(options, toPosition(lines, offset), reason);
  }
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
