// node --conditions=@capstan/source bench/resolver/write-universes.ts SEED FOLDER: writes the universes of a seed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { universesOf } from './universes.ts';

const [seed = '1', folder = '.'] = process.argv.slice(2);
for (const universe of universesOf(Number(seed))) {
  const file = join(folder, `${universe.name}-${seed}.json`);
  writeFileSync(file, JSON.stringify(universe));
  const versions = universe.packages.flatMap((each) => each.versions);
  const edges = versions.reduce((sum, { requires }) => sum + Object.keys(requires).length, 0);
  console.log(`${file}: ${universe.packages.length} packages, ${versions.length} versions, ${edges} edges`);
}
