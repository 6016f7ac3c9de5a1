import type { JsonObject } from '@capstan/base';
import { parse } from 'yaml';
import type { StageVariables } from './stage.ts';

const EXPRESSION = /\{\{-?\s*(.*?)\s*-?\}\}/g;
const KNOWN = /^(\.metadata\.name|\.metadata\.namespace|\.metadata\.generation|Now)(\s*\|\s*Quote)?$/;

const READERS: Readonly<Record<string, (variables: StageVariables) => string | number>> = {
  '.metadata.name': ({ name }) => name,
  '.metadata.namespace': ({ namespace }) => namespace,
  '.metadata.generation': ({ generation }) => generation,
  Now: ({ now }) => now,
};

const SAMPLE: StageVariables = { name: 'name', namespace: 'namespace', generation: 1, now: '2000-01-01T00:00:00Z' };

/**
 * Compiles a template that yields a YAML mapping. Throws an Error whose message says what is wrong with the template;
 * rendering does not throw.
 */
export function compileTemplate(text: string): (variables: StageVariables) => JsonObject {
  for (const [, expression = ''] of text.matchAll(EXPRESSION)) {
    if (KNOWN.test(expression)) continue;
    throw new Error(
      `"{{ ${expression} }}" is not one of ${Object.keys(READERS).join(', ')}, with or without "| Quote"`,
    );
  }
  const render = (variables: StageVariables): unknown =>
    parse(text.replace(EXPRESSION, (_all, expression: string) => substitute(expression, variables)));
  const sample = render(SAMPLE);
  if (typeof sample !== 'object' || sample === null || Array.isArray(sample))
    throw new Error('it does not yield a mapping');
  return (variables) => render(variables) as JsonObject;
}

function substitute(expression: string, variables: StageVariables): string {
  const [, variable = '', quote] = KNOWN.exec(expression) ?? [];
  const value = String(READERS[variable]?.(variables) ?? '');
  return quote === undefined ? value : JSON.stringify(value);
}
