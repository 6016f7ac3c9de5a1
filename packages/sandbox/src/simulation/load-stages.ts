import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseStages } from './parse-stages.ts';
import type { Stage } from './stage.ts';

/** Where stages are read from. */
export interface StageSources {
  /** Folders of charts: `<chart>/<version>/simulation/*.yaml` below each. */
  readonly charts: readonly string[];
  /** A folder of stage files. */
  readonly stages: string;
}

/** All stages of these folders. Fails as `parseStages` does; a folder that does not exist holds none. */
export async function loadStages({ charts, stages }: StageSources): Promise<Stage[]> {
  const files: string[] = [];
  for (const [folder, pattern] of [[stages, '*.yaml'], ...charts.map((chart) => [chart, '*/*/simulation/*.yaml'])]) {
    for await (const file of glob(pattern ?? '', { cwd: folder ?? '' })) files.push(join(folder ?? '', file));
  }
  const parsed = await Promise.all(files.sort().map(async (file) => parseStages(await readFile(file, 'utf8'), file)));
  return parsed.flat();
}
