import { wrap } from './terminal.ts';

const LABEL = 11;

/** `label  text`, wrapped below itself. */
export function labelled(label: string, text: string, width: number, indent = 4): string[] {
  const [first = '', ...rest] = wrap(text, Math.max(30, width - LABEL - indent));
  const head = ' '.repeat(indent) + label.padEnd(LABEL) + first;
  return [head.trimEnd(), ...rest.map((line) => ' '.repeat(LABEL + indent) + line)];
}
