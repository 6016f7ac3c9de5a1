import { join } from 'node:path';
import type { KubernetesObject, TraitRenderInput } from '@capstan/plugin-api';
import { type GoldenFile, goldenFilesIn } from '@capstan/plugin-api/testing';
import { checkRollout } from '../src/check.ts';
import { renderRollout } from '../src/render.ts';
import { anInput } from '../src/testing/builders.ts';

/** Every golden file of this plugin. */
export const goldenFiles = (): Promise<GoldenFile[]> => goldenFilesIn(join(import.meta.dirname, 'golden'));

/** What the Rollout makes: what is left of the others' objects, then its own. */
export function outcome({ input: [trait, ...children], section }: GoldenFile): KubernetesObject[] {
  if (!trait) throw new Error('a golden file has a Rollout');
  const neighbours = section('neighbours');
  // What the cluster is known to have; nothing offline.
  const [capabilities = {}] = section('capabilities') as unknown as TraitRenderInput['context']['capabilities'][];
  const input = anInput(trait, { children, neighbours, capabilities });
  const problems = checkRollout(input);
  if (problems[0]) throw new Error(`${problems[0].path}: ${problems[0].message}`);
  return [...neighbours.filter((object) => !input.taken.includes(object)), ...renderRollout(input)];
}
