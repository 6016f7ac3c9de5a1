import { join } from 'node:path';
import type { KubernetesObject, Problem, TraitRenderInput } from '@capstan/plugin-api';
import { type GoldenFile, goldenFilesIn } from '@capstan/plugin-api/testing';
import { checkAutoscale, checkCronScale } from '../src/check.ts';
import { renderCronScale } from '../src/cron-scale/render.ts';
import { renderAutoscale, shapeForAutoscale, withoutReplicas } from '../src/render.ts';
import { inputFor } from '../src/testing/builders.ts';

/** Every golden file of this plugin. */
export const goldenFiles = (): Promise<GoldenFile[]> => goldenFilesIn(join(import.meta.dirname, 'golden'));

/** What a kind of trait does. */
interface TraitFunctions {
  readonly shape: (workload: KubernetesObject, trait: KubernetesObject) => KubernetesObject;
  readonly check: (input: TraitRenderInput) => Problem[];
  readonly render: (input: TraitRenderInput) => KubernetesObject[];
}

const KINDS: Readonly<Record<string, TraitFunctions>> = {
  Autoscale: { shape: shapeForAutoscale, check: checkAutoscale, render: renderAutoscale },
  CronScale: { shape: withoutReplicas, check: checkCronScale, render: renderCronScale },
};

/** What a trait makes: the workload as it is shaped, then objects of its own. */
export function outcome([trait, stated]: readonly KubernetesObject[]): KubernetesObject[] {
  const functions = KINDS[trait?.kind ?? ''];
  if (!trait || !stated || !functions) throw new Error('a golden file has an Autoscale or a CronScale, and a workload');
  const workload = functions.shape(stated, trait);
  const input = inputFor(trait, workload);
  const [problem] = functions.check(input);
  if (problem) throw new Error(`${problem.path}: ${problem.message}`);
  return [workload, ...functions.render(input)];
}
