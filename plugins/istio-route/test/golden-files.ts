import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KubernetesObject } from '@capstan/plugin-api';
import { parseAllDocuments } from 'yaml';
import { checkRoute, renderRoute } from '../src/render.ts';
import { shapeChildForRoute, shapeForRoute } from '../src/shape.ts';
import { anInput } from '../src/testing/builders.ts';

/** A golden file: what an application states, and what comes of it. */
export interface Golden {
  readonly name: string;
  /** The Route, the workload that it stands on, and what that renders to. */
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

/** What the Route makes: objects that it shapes in another way than they are stated, then its own. */
export function outcome([route, stated, ...rendered]: readonly KubernetesObject[]): KubernetesObject[] {
  if (!route || !stated) throw new Error('a golden file has a Route and a workload');
  const workload = shapeForRoute(stated, route);
  const children = rendered.map((child) => shapeChildForRoute(child, route));
  const input = anInput(route, workload, children);
  const problems = checkRoute(input);
  if (problems[0]) throw new Error(`${problems[0].path}: ${problems[0].message}`);
  const shaped = [workload, ...children].filter((object, at) => object !== [stated, ...rendered][at]);
  return [...shaped, ...renderRoute(input)];
}
