import { type JsonObject, type KubernetesObject, messageOf, nearest, type SourcePosition } from '@capstan/base';
import { type Document, LineCounter, parseAllDocuments } from 'yaml';
import { OAM_CODES } from '../codes.ts';
import { type PathSegment, parseFieldPath } from '../field-path.ts';
import { isJsonObject, ownProperty } from '../json.ts';
import type { ValidationProblem } from '../problem.ts';
import { inspectDocument } from './inspect.ts';
import { locateOffset } from './locate.ts';

/** One object of a file, with the way back to its lines. */
export interface SourceDocument {
  readonly object: KubernetesObject;
  readonly file: string;
  /** Where a field stands: its key, or its item in a list; the nearest parent that exists when the field does not. */
  locate(path: string | readonly PathSegment[]): SourcePosition;
}

/** What a file holds. */
export interface ParsedDocuments {
  /** The objects in order. Empty documents are left out, and so are those with problems. */
  readonly documents: readonly SourceDocument[];
  readonly problems: readonly ValidationProblem[];
}

/** Longest text that is read; an API server takes objects of about 1.5 MiB. */
export const MAX_FILE_LENGTH = 2 * 1024 * 1024;

/** How much may be repeated through aliases in one document before it counts as an attempt to exhaust memory. */
const MAX_ALIAS_COUNT = 1000;

/** Problems of one document that are told: the rest mostly follows from the first. */
const MAX_PROBLEMS = 5;

/**
 * The Kubernetes objects of a YAML or JSON text, each with the positions of its fields. Never throws: whatever is wrong
 * (syntax, tabs, duplicate keys, a document that is no object, a missing apiVersion, kind or metadata.name, excessive
 * size, depth or aliases) is a problem with its line and column. `file` is the name that the positions carry.
 */
export function parseDocuments(text: string, file: string): ParsedDocuments {
  if (text.length > MAX_FILE_LENGTH) {
    const message = `the file has ${text.length} characters; at most ${MAX_FILE_LENGTH} are read`;
    const hint = 'Split it into several files.';
    return {
      documents: [],
      problems: [{ code: OAM_CODES.fileTooLarge, message, path: '', source: { file }, hint, next: [] }],
    };
  }
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter,
    prettyErrors: false,
    merge: true,
    // The library compares every key with every other one; `inspectDocument` finds duplicates in one pass.
    uniqueKeys: false,
    stringKeys: true,
    resolveKnownTags: false,
  });
  const documents: SourceDocument[] = [];
  const problems: ValidationProblem[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const reader = new DocumentReader(document, file, text, lineCounter);
    const object = reader.read();
    if (object) documents.push({ object, file, locate: (path) => reader.locate(path) });
    problems.push(...reader.problems.slice(0, MAX_PROBLEMS));
  }
  return { documents, problems };
}

/** Reads one document and collects what is wrong with it. */
class DocumentReader {
  readonly problems: ValidationProblem[] = [];
  readonly #document: Document.Parsed;
  readonly #file: string;
  readonly #text: string;
  readonly #lines: LineCounter;

  constructor(document: Document.Parsed, file: string, text: string, lines: LineCounter) {
    this.#document = document;
    this.#file = file;
    this.#text = text;
    this.#lines = lines;
  }

  /** The object, or undefined for an empty document and for one with problems. */
  read(): KubernetesObject | undefined {
    // A document with errors must not be evaluated: what the parser made of it can take minutes to walk.
    if (this.#reportSyntax()) return undefined;
    const value = this.#evaluate();
    if (this.problems.length > 0 || value === undefined || value === null) return undefined;
    if (!isJsonObject(value)) {
      const hint = 'Each document of a file is one object with apiVersion, kind, metadata and spec.';
      const what = Array.isArray(value) ? 'a list' : 'a single value';
      this.#report(OAM_CODES.fileNotObject, `the document is ${what}, not an object`, [], hint);
      return undefined;
    }
    this.#checkIdentity(value);
    return this.problems.length === 0 ? (value as KubernetesObject) : undefined;
  }

  locate(path: string | readonly PathSegment[]): SourcePosition {
    const segments = typeof path === 'string' ? parseFieldPath(path) : path;
    return this.#position(locateOffset(this.#document, segments));
  }

  #reportSyntax(): boolean {
    for (const { code, message, pos } of [...this.#document.errors, ...this.#document.warnings]) {
      const hint = code === 'TAB_AS_INDENT' ? 'Indent with spaces.' : this.#syntaxHint(pos[0]);
      this.problems.push(this.#problem(OAM_CODES.fileSyntax, lowerFirst(message), this.#position(pos[0]), hint));
    }
    if (this.problems.length === 0) {
      const lineOf = (offset: number) => this.#lines.linePos(offset).line;
      for (const { message, hint, offset } of inspectDocument(this.#document, lineOf)) {
        this.problems.push(this.#problem(OAM_CODES.fileSyntax, message, this.#position(offset), hint));
      }
    }
    return this.problems.length > 0;
  }

  /** YAML cannot know what else the line may be. */
  #syntaxHint(offset: number): string {
    const start = this.#text.lastIndexOf('\n', offset - 1) + 1;
    const end = this.#text.indexOf('\n', offset);
    const line = this.#text.slice(start, end < 0 ? undefined : end);
    if (/^(<{7}|={7}|>{7})/.test(line)) return 'The line is left over from a merge: keep one side of it.';
    if (line.includes('{{')) return 'The file is a template: render it first, for instance with helm template.';
    return 'Look at the indentation, quotes and colons of this line.';
  }

  #evaluate(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
    } catch (error) {
      const hint = 'Write the repeated parts out, or use fewer aliases.';
      this.#report(OAM_CODES.fileTooLarge, `the aliases cannot be resolved: ${lowerFirst(messageOf(error))}`, [], hint);
      return undefined;
    }
  }

  #checkIdentity(object: JsonObject): void {
    this.#requireText(object, 'apiVersion', []);
    this.#requireText(object, 'kind', []);
    const metadata = ownProperty(object, 'metadata');
    if (isJsonObject(metadata)) this.#requireText(metadata, 'name', ['metadata']);
    else this.#missing(object, 'metadata', [], 'metadata.name');
  }

  #requireText(object: JsonObject, field: string, parent: readonly string[]): void {
    const value = ownProperty(object, field);
    const path = [...parent, field].join('.');
    if (value === undefined || value === null || value === '') this.#missing(object, field, parent, path);
    else if (typeof value !== 'string') {
      const hint = `Put it in quotes: ${field}: "${String(value)}".`;
      this.#report(OAM_CODES.fileFieldMissing, `${path} must be a text`, [...parent, field], hint);
    }
  }

  #missing(object: JsonObject, field: string, parent: readonly string[], path: string): void {
    const [misprint] = Object.hasOwn(object, field) ? [] : nearest(field, Object.keys(object));
    const hint = misprint
      ? `The key "${misprint}" looks like a misprint of "${field}".`
      : 'Every object needs apiVersion, kind and metadata.name.';
    this.#report(OAM_CODES.fileFieldMissing, `${path} is missing`, [...parent, misprint ?? field], hint);
  }

  #report(code: string, message: string, segments: readonly PathSegment[], hint: string): void {
    this.problems.push({ ...this.#problem(code, message, this.locate(segments), hint), path: segments.join('.') });
  }

  #problem(code: string, message: string, source: SourcePosition, hint: string): ValidationProblem {
    return { code, message, path: '', source, hint, next: [] };
  }

  #position(offset: number): SourcePosition {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line, column: col };
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
