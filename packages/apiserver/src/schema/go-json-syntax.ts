import { goQuote } from '../model/go-format.ts';

/** What is wrong with a text that is no JSON, in the words of Go's encoding/json (scanner.go). */
export function jsonSyntaxError(text: string): string {
  try {
    const scan = new Scan(text);
    scan.value();
    scan.space();
    if (!scan.atEnd()) scan.fail('after top-level value');
  } catch (error) {
    if (error instanceof SyntaxFault) return error.message;
    throw error;
  }
  return 'unexpected end of JSON input';
}

class SyntaxFault extends Error {}

/** Go gives up at this depth; here it also guards the stack. */
const MAX_DEPTH = 2000;

class Scan {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  fail(context: string): never {
    if (this.atEnd()) throw new SyntaxFault('unexpected end of JSON input');
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    const quoted = character === "'" ? "'\\''" : character === '"' ? "'\"'" : `'${goQuote(character).slice(1, -1)}'`;
    throw new SyntaxFault(`invalid character ${quoted} ${context}`);
  }

  space(): void {
    while (' \t\r\n'.includes(this.#text.charAt(this.#at)) && !this.atEnd()) this.#at += 1;
  }

  value(): void {
    this.space();
    const first = this.#text.charAt(this.#at);
    if (first === '{' || first === '[') this.#collection(first);
    else if (first === '"') this.#string();
    else if (first === '-' || isDigit(first)) this.#number();
    else if (first === 't') this.#literal('true');
    else if (first === 'f') this.#literal('false');
    else if (first === 'n') this.#literal('null');
    else this.fail('looking for beginning of value');
  }

  #collection(open: string): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new SyntaxFault('exceeded max depth');
    this.#at += 1;
    if (open === '{') this.#object();
    else this.#array();
    this.#depth -= 1;
  }

  #object(): void {
    this.space();
    if (this.#take('}')) return;
    for (;;) {
      this.space();
      if (this.#text.charAt(this.#at) !== '"') this.fail('looking for beginning of object key string');
      this.#string();
      this.space();
      if (!this.#take(':')) this.fail('after object key');
      this.value();
      this.space();
      if (this.#take('}')) return;
      if (!this.#take(',')) this.fail('after object key:value pair');
    }
  }

  #array(): void {
    this.space();
    if (this.#take(']')) return;
    for (;;) {
      this.value();
      this.space();
      if (this.#take(']')) return;
      if (!this.#take(',')) this.fail('after array element');
    }
  }

  #take(character: string): boolean {
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      const character = this.#text.charAt(this.#at);
      if (character === '' || character < ' ') this.fail('in string literal');
      this.#at += 1;
      if (character === '"') return;
      if (character === '\\') this.#escape();
    }
  }

  #escape(): void {
    const kind = this.#text.charAt(this.#at);
    if (kind === '' || !'bfnrt\\/"u'.includes(kind)) this.fail('in string escape code');
    this.#at += 1;
    if (kind !== 'u') return;
    for (let digit = 0; digit < 4; digit += 1) {
      if (!/^[0-9a-fA-F]$/.test(this.#text.charAt(this.#at))) this.fail('in \\u hexadecimal character escape');
      this.#at += 1;
    }
  }

  #number(): void {
    this.#take('-');
    if (!this.#take('0')) this.#digits('in numeric literal');
    if (this.#take('.')) this.#digits('after decimal point in numeric literal');
    if (this.#take('e') || this.#take('E')) {
      if (!this.#take('+')) this.#take('-');
      this.#digits('in exponent of numeric literal');
    }
  }

  #digits(context: string): void {
    if (!isDigit(this.#text.charAt(this.#at))) this.fail(context);
    while (isDigit(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #literal(word: string): void {
    for (const letter of word) {
      const expected =
        letter === word.charAt(0) ? 'looking for beginning of value' : `in literal ${word} (expecting '${letter}')`;
      if (!this.#take(letter)) this.fail(expected);
    }
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character.length === 1;
}
