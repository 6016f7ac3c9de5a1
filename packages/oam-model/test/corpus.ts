import { readdirSync, readFileSync } from 'node:fs';
import { parseDocuments } from '../src/files/documents.ts';
import type { Definition, ValidationProblem } from '../src/index.ts';
import { validateApplication } from '../src/index.ts';

const folder = new URL('./corpus/', import.meta.url);

/** The Definitions that the corpus is checked against. */
const definitions = parseDocuments(
  readFileSync(new URL('./corpus-types.yaml', import.meta.url), 'utf8'),
  'types',
).documents.map(({ object }) => object as Definition);

/** The malformed manifests by name: each is one file that a person may give to Capstan. */
export const corpus: ReadonlyMap<string, string> = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => [file.slice(0, -'.yaml'.length), readFileSync(new URL(file, folder), 'utf8')]),
);

/** An application that uses everything and has nothing wrong. */
export const soundManifests = readFileSync(new URL('./corpus-sound.yaml', import.meta.url), 'utf8');

/** What is wrong with a file, as the command line finds it: what cannot be read is not judged further. */
export function problemsOf(text: string): readonly ValidationProblem[] {
  const { documents, problems } = parseDocuments(text, 'app.yaml');
  if (problems.length > 0) return problems;
  return validateApplication({ documents, definitions, crds: [], components: [] });
}
