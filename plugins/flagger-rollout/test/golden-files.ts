import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KubernetesObject, TraitRenderInput } from '@capstan/plugin-api';
import { parseAllDocuments } from 'yaml';
import { checkRollout } from '../src/check.ts';
import { renderRollout } from '../src/render.ts';
import { anInput } from '../src/testing/builders.ts';

/** A golden file: what an application states, and what comes of it. */
export interface Golden {
  readonly name: string;
  /** The Rollout, then what the workload renders to; the first of these is rolled out. */
  readonly input: readonly KubernetesObject[];
  /** What the component's other traits render to. */
  readonly neighbours: readonly KubernetesObject[];
  /** What the cluster is known to have; nothing offline. */
  readonly capabilities: TraitRenderInput['context']['capabilities'];
  readonly rendered: readonly KubernetesObject[];
}

const SECTION = /^# (neighbours|capabilities|rendered)$/m;

/** Every golden file of this plugin. */
export async function goldenFiles(): Promise<Golden[]> {
  const folder = join(import.meta.dirname, 'golden');
  const files = globSync('*.yaml', { cwd: folder }).sort();
  return Promise.all(
    files.map(async (file) => read(basename(file, '.yaml'), await readFile(join(folder, file), 'utf8'))),
  );
}

function read(name: string, text: string): Golden {
  const [input = '', ...rest] = text.split(SECTION);
  const section = (title: string) => documents(rest[rest.indexOf(title) + 1] ?? '');
  const has = (title: string) => rest.includes(title);
  const [capabilities = {}] = has('capabilities') ? section('capabilities') : [];
  return {
    name,
    input: documents(input),
    neighbours: has('neighbours') ? section('neighbours') : [],
    capabilities: capabilities as Golden['capabilities'],
    rendered: section('rendered'),
  };
}

function documents(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as KubernetesObject | null) ?? []);
}

/** What the Rollout makes: what is left of the others' objects, then its own. */
export function outcome({ input: [trait, ...children], neighbours, capabilities }: Golden): KubernetesObject[] {
  if (!trait) throw new Error('a golden file has a Rollout');
  const input = anInput(trait, { children, neighbours, capabilities });
  const problems = checkRollout(input);
  if (problems[0]) throw new Error(`${problems[0].path}: ${problems[0].message}`);
  return [...neighbours.filter((object) => !input.taken.includes(object)), ...renderRollout(input)];
}
