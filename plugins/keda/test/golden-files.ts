import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KubernetesObject, Problem, TraitRenderInput } from '@capstan/plugin-api';
import { parseAllDocuments } from 'yaml';
import { checkAutoscale, checkCronScale } from '../src/check.ts';
import { renderCronScale } from '../src/cron-scale/render.ts';
import { renderAutoscale, shapeForAutoscale, withoutReplicas } from '../src/render.ts';
import { inputFor } from '../src/testing/builders.ts';

/** A golden file: a trait and the workload that it stands on, and what comes of them. */
export interface Golden {
  readonly name: string;
  readonly input: readonly KubernetesObject[];
  readonly rendered: readonly KubernetesObject[];
}

/** Every golden file of this plugin. */
export async function goldenFiles(): Promise<Golden[]> {
  const folder = join(import.meta.dirname, 'golden');
  return Promise.all(
    globSync('*.yaml', { cwd: folder })
      .sort()
      .map(async (file) => {
        const [input = '', rendered = ''] = (await readFile(join(folder, file), 'utf8')).split(/^# rendered$/m);
        return { name: basename(file, '.yaml'), input: documents(input), rendered: documents(rendered) };
      }),
  );
}

function documents(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as KubernetesObject | null) ?? []);
}

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
