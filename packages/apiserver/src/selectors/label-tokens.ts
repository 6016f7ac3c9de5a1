/** Kinds of the pieces of a label selector's text (apimachinery labels/selector.go Token). */
export type TokenKind = 'identifier' | 'end' | ')' | ',' | '!' | '==' | '=' | '>' | '<' | 'in' | 'notin' | '!=' | '(';

/** One piece of the text. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const SYMBOLS = new Set<string>(['=', '!', '(', ')', ',', '>', '<']);
const OPERATORS = new Set<string>([')', ',', '!', '==', '=', '>', '<', '!=', '(']);
const BLANKS = new Set([' ', '\t', '\r', '\n']);

/** Cuts a label selector into its pieces; the last is always `end`. A NUL ends the text, as in the real lexer. */
export function labelTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (BLANKS.has(text[at] ?? '')) at += 1;
    const first = text[at];
    if (first === undefined || first === '\0') return [...tokens, { kind: 'end', text: '' }];
    const token = SYMBOLS.has(first) ? symbol(text, at) : word(text, at);
    tokens.push({ kind: token.kind, text: token.text });
    at += token.length;
  }
}

type Read = Token & { readonly length: number };

/** The longest operator at this place. */
function symbol(text: string, start: number): Read {
  const two = text.slice(start, start + 2);
  const found = OPERATORS.has(two) ? two : text.slice(start, start + 1);
  return { kind: found as TokenKind, text: found, length: found.length };
}

function word(text: string, start: number): Read {
  let end = start;
  while (end < text.length && text[end] !== '\0' && !SYMBOLS.has(text[end] ?? '') && !BLANKS.has(text[end] ?? '')) {
    end += 1;
  }
  const found = text.slice(start, end);
  return { kind: found === 'in' || found === 'notin' ? found : 'identifier', text: found, length: found.length };
}
