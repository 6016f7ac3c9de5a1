import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { groupOf } from '@capstan/base';
import { parseStages } from './parse-stages.ts';
import type { Stage } from './stage.ts';

/** Where stages are read from. */
export interface StageSources {
  /** Folders of charts: `<chart>/<version>/simulation/*.yaml` below each. */
  readonly charts: readonly string[];
  /** A folder of stage files. */
  readonly stages: string;
}

const byVersion = new Intl.Collator('en', { numeric: true });

/**
 * All stages of these folders. A kind is played once: of several versions of a chart, the newest that has stages for the
 * kind gives them, whichever version is installed. So an older version needs none of its own. Fails as `parseStages`
 * does; a folder that does not exist holds none.
 */
export async function loadStages({ charts, stages }: StageSources): Promise<Stage[]> {
  const own = await readStages(stages, '*.yaml');
  const ofCharts = await Promise.all(charts.map(newestStages));
  return [...own.map(({ stage }) => stage), ...ofCharts.flat()];
}

async function newestStages(folder: string): Promise<Stage[]> {
  const found = await readStages(folder, '*/*/simulation/*.yaml');
  const newest = new Map<string, string>();
  for (const { stage, file } of found) {
    const [, version = ''] = file.split('/');
    const known = newest.get(keyOf(stage, file));
    if (known === undefined || byVersion.compare(version, known) > 0) newest.set(keyOf(stage, file), version);
  }
  return found
    .filter(({ stage, file }) => file.split('/')[1] === newest.get(keyOf(stage, file)))
    .map(({ stage }) => stage);
}

/** A kind as one chart plays it. */
const keyOf = ({ kind: { apiVersion, kind } }: Stage, file: string): string =>
  `${file.split('/')[0]} ${groupOf(apiVersion)} ${kind}`;

/** Stages with their files, which are relative to the folder and have `/` between their parts. */
async function readStages(folder: string, pattern: string): Promise<{ stage: Stage; file: string }[]> {
  const files: string[] = [];
  for await (const file of glob(pattern, { cwd: folder })) files.push(file.replaceAll('\\', '/'));
  const parsed = await Promise.all(
    files.sort().map(async (file) => {
      const path = join(folder, file);
      return parseStages(await readFile(path, 'utf8'), path).map((stage) => ({ stage, file }));
    }),
  );
  return parsed.flat();
}
