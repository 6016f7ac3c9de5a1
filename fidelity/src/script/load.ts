import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import type { Script, Step, Turn } from './types.ts';

const FOLDER = fileURLToPath(new URL('../../scripts/', import.meta.url));

/** What a script's file or generator says; the rest follows from its name. */
export interface ScriptSource {
  readonly namespace?: boolean;
  readonly turn?: Turn;
  readonly steps: readonly Step[];
}

/** Makes a script of its source. `ns` and `id` follow from the name, so that they are the same on every engine. */
export function defineScript(name: string, { namespace = true, turn = 'beside', steps }: ScriptSource): Script {
  const id = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return {
    name,
    area: name.split('/')[0] ?? name,
    namespace,
    turn,
    variables: { id: `f${id}`, ns: `ns-${id}`, byte1: byteAt(id, 0), byte2: byteAt(id, 2) },
    steps,
  };
}

/** A number for types whose names are addresses. */
function byteAt(id: string, at: number): string {
  return String(Number.parseInt(id.slice(at, at + 2), 16));
}

/** Reads `scripts/<area>/<name>.yaml`. Throws an Error that names the file when one is no script. */
export async function loadScripts(folder = FOLDER): Promise<Script[]> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => /\.(yaml|json\.gz)$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(join(folder, file));
      return parseScript(file, (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
    }),
  );
}

/** The script of a file's text. Throws an Error that names the file. */
export function parseScript(file: string, text: string): Script {
  const name = file.replaceAll('\\', '/').replace(/\.(yaml|json\.gz)$/, '');
  const source = (file.endsWith('.gz') ? JSON.parse(text) : parse(text, { merge: true })) as ScriptSource | null;
  if (!Array.isArray(source?.steps)) throw new Error(`${file}: has no list of steps`);
  source.steps.forEach((step: Step, index) => {
    if (!('collect' in step) && typeof step.request !== 'string') {
      throw new Error(`${file}: step ${index + 1} has no request`);
    }
  });
  return defineScript(name, source);
}
