import { generateScripts } from './generate/generate.ts';
import { loadScripts } from './script/load.ts';
import type { Script } from './script/types.ts';

/** Which scripts are meant: those whose name or area begins with one of the words; without words all. */
export type Selection = readonly string[];

/** All scripts, written and generated, in the order of their names. Throws when two have the same name. */
export async function loadSuite(selection: Selection = []): Promise<Script[]> {
  const scripts = [...(await loadScripts()), ...(await generateScripts())];
  const names = new Set<string>();
  for (const { name } of scripts) {
    if (names.has(name)) throw new Error(`two scripts are called ${name}`);
    names.add(name);
  }
  return scripts.filter((script) => isSelected(script, selection)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isSelected({ name }: Script, selection: Selection): boolean {
  return selection.length === 0 || selection.some((word) => name === word || name.startsWith(word));
}
