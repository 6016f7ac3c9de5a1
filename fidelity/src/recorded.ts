import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Normal } from './normalise/normalise.ts';
import { askedBy } from './script/cases.ts';
import type { Script } from './script/types.ts';

const FOLDER = fileURLToPath(new URL('../recorded/', import.meta.url));
const SUFFIX = '.json.gz';

/** What the real server answered to one script. */
export interface RecordedRun {
  /** Of what was asked: a changed script needs a new recording. */
  readonly asked: string;
  /** Per step; null for those that only prepare. */
  readonly answers: readonly (Normal | null)[];
}

/** Recorded runs by the name of their script. */
export type Recording = ReadonlyMap<string, RecordedRun>;

/** Reads every recorded area. */
export async function readRecording(folder = FOLDER): Promise<Recording> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(SUFFIX)).sort();
  const areas = await Promise.all(
    files.map(async (file) => {
      const text = gunzipSync(await readFile(join(folder, file))).toString('utf8');
      return Object.entries(JSON.parse(text) as Record<string, RecordedRun>);
    }),
  );
  return new Map(areas.flat());
}

/** Writes a recording, one file per area, with the same bytes for the same answers. */
export async function writeRecording(recording: Recording, folder = FOLDER): Promise<void> {
  await mkdir(folder, { recursive: true });
  const areas = Map.groupBy([...recording.keys()].sort(), (name) => name.split('/')[0] ?? '');
  for (const file of await readdir(folder)) {
    if (file.endsWith(SUFFIX) && !areas.has(file.slice(0, -SUFFIX.length))) await rm(join(folder, file));
  }
  for (const [area, names] of areas) {
    const runs = Object.fromEntries(names.map((name) => [name, recording.get(name)]));
    const zipped = gzipSync(JSON.stringify(runs, sortKeys), { level: 9 });
    // Byte 9 of the header names the operating system; it must not depend on who records.
    zipped[9] = 255;
    await writeFile(join(folder, `${area}${SUFFIX}`), zipped);
  }
}

/** Which recording belongs to a script as it is now. */
export function fingerprint(script: Script): string {
  return createHash('sha256')
    .update(JSON.stringify(askedBy(script)))
    .digest('hex')
    .slice(0, 16);
}

function sortKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
