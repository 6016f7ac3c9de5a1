import { parseDocument } from 'yaml';

/** A scalar is mended for each error, and a document with more of them than this is none that a program wrote. */
const MAX_MENDS = 500;

/** Where a document begins; nothing inside of one may look like this. */
const DOCUMENT = /^(?=---(?:\s|$))/m;

/** The message says which quote is missed. */
const MISSED = /Missing closing (['"])quote/;

/**
 * The text with the further lines of quoted scalars indented as YAML asks for. Go's parser, with which Helm and API
 * servers read charts, does not ask: Flagger's CRDs have such lines level with their key. White space at the beginning of
 * such a line is no part of the scalar, so nothing else changes. What is wrong otherwise stays wrong.
 */
export function indentContinuations(text: string): string {
  return text.split(DOCUMENT).map(mended).join('');
}

function mended(document: string): string {
  let text = document;
  for (let tries = 0; tries < MAX_MENDS; tries++) {
    const [error] = parseDocument(text, { prettyErrors: false, uniqueKeys: false }).errors;
    const quote = MISSED.exec(error?.message ?? '')?.[1];
    if (error === undefined || quote === undefined) return text;
    const better = mendedAt(text, error.pos[0], quote);
    if (better === text) return text;
    text = better;
  }
  return text;
}

/** The text with every line between the place where a scalar broke off and its closing quote indented. */
function mendedAt(text: string, brokenAt: number, quote: string): string {
  const lineStart = text.lastIndexOf('\n', brokenAt - 1) + 1;
  const indent = /^[ -]*/.exec(text.slice(lineStart))?.[0].length ?? 0;
  const rest = text.slice(brokenAt);
  const end = closingQuote(rest, quote);
  if (end < 0) return text;
  const scalar = rest.slice(0, end).replaceAll(/\n[ \t]*(?=\S)/g, `\n${' '.repeat(indent + 2)}`);
  return text.slice(0, brokenAt) + scalar + rest.slice(end);
}

/** A single quote is written twice inside of its scalar, a double one behind a backslash. */
function closingQuote(text: string, quote: string): number {
  const inside = quote === "'" ? /^(?:[^']|'')*(?=')/ : /^(?:[^"\\]|\\[\s\S])*(?=")/;
  return inside.exec(text)?.[0].length ?? -1;
}
