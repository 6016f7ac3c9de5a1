import type { Json } from './types.ts';

/** What is known while a script runs. */
export type Variables = Map<string, string>;

const VARIABLE = /\$\(([\w-]+)\)/g;

/** The text with its variables, which are written `$(name)`; what is unknown stays as it is. */
export function fill(text: string, variables: Variables): string {
  return text.replace(VARIABLE, (whole, name: string) => variables.get(name) ?? whole);
}

/** The tree with the variables of all its strings and keys. */
export function fillTree(tree: Json, variables: Variables): Json {
  if (typeof tree === 'string') return fill(tree, variables);
  if (Array.isArray(tree)) return tree.map((each) => fillTree(each, variables));
  if (tree === null || typeof tree !== 'object') return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [fill(key, variables), fillTree(value, variables)]),
  );
}
