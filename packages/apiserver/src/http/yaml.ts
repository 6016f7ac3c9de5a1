import { goQuote } from '../model/go-format.ts';
import { anyField, scanStrict } from '../schema/strict-scan.ts';

/** A YAML document as JSON values. */
export interface ReadYaml {
  readonly value: unknown;
  /** Keys that are said twice, as go-yaml words them: `line 6: key "a" already set in map`. */
  readonly duplicates: readonly string[];
}

/** What go-yaml says of documents that cannot be read; it has one sentence for most of them. */
const PROBLEMS: Readonly<Record<string, string>> = {
  MISSING_CHAR: 'did not find expected key',
  TAB_AS_INDENT: 'found character that cannot start any token',
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  BAD_SCALAR_START: 'found character that cannot start any token',
};

/** Reads YAML, which JSON is too. Throws what `refuse` makes of the problem of a document that cannot be read. */
export async function readYaml(text: string, refuse: (problem: string) => Error): Promise<ReadYaml> {
  const json = tryJson(text);
  if (json !== undefined && scanStrict(text, 'any', anyField).length === 0) return { value: json, duplicates: [] };
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { version: '1.1', merge: true, prettyErrors: false });
  const duplicates: string[] = [];
  for (const { code, pos } of document.errors) {
    const line = text.slice(0, pos[0]).split('\n').length;
    if (code !== 'DUPLICATE_KEY')
      throw refuse(`yaml: line ${line}: ${PROBLEMS[code] ?? 'did not find expected node content'}`);
    duplicates.push(`line ${line}: key ${goQuote(keyAt(text.slice(pos[0])))} already set in map`);
  }
  // The last of several values counts, as in JSON.
  const value = json ?? resolved(() => lenient(document.toJS({ maxAliasCount: 100 })), refuse);
  return { value, duplicates };
}

/** Aliases are only looked up now: one may name nothing, contain itself, or make the document enormous. */
function resolved(convert: () => unknown, refuse: (problem: string) => Error): unknown {
  try {
    return convert();
  } catch (error) {
    const problem = (error as Error).message;
    const anchor = /^Unresolved alias \(.*\): (.*)$/s.exec(problem)?.[1];
    if (anchor !== undefined) throw refuse(`yaml: unknown anchor '${anchor}' referenced`);
    if (/circular/i.test(problem)) throw refuse('yaml: an anchor contains itself');
    throw refuse('yaml: document contains excessive aliasing');
  }
}

/** Most clients send JSON, which is read much faster. */
function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function keyAt(text: string): string {
  const found = /^\s*(?:"([^"]*)"|'([^']*)'|([^\s:]+))/.exec(text);
  return found?.slice(1).find((one) => one !== undefined) ?? '';
}

/** Dates and other values that only YAML has become what JSON can say. */
function lenient(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? null : JSON.parse(text);
}
