import { join } from 'node:path';
import type { KubernetesObject } from '@capstan/plugin-api';
import { type GoldenFile, goldenFilesIn } from '@capstan/plugin-api/testing';
import { checkRoute, renderRoute } from '../src/render.ts';
import { shapeChildForRoute, shapeForRoute } from '../src/shape.ts';
import { anInput } from '../src/testing/builders.ts';

/** Every golden file of this plugin. */
export const goldenFiles = (): Promise<GoldenFile[]> => goldenFilesIn(join(import.meta.dirname, 'golden'));

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
