import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readContractFolder, readPackageDocuments } from '../packages/capability-center/src/registry/package-folder.ts';
import { parsePackage } from '../packages/capability-model/src/index.ts';
import { packageFolders } from './generate.ts';

const root = dirname(import.meta.dirname);

test('every feature that a package offers is shown by a test of its plugin with the id of the contract', async () => {
  const contracts = await readContractFolder(join(root, 'contracts'));
  for (const folder of packageFolders()) {
    const sources = globSync('{src,test}/**/*.test.ts', { cwd: folder }).map((file) =>
      readFileSync(join(folder, file), 'utf8'),
    );
    for (const document of await readPackageDocuments(folder, { contracts })) {
      for (const { id, version, features, tests = [] } of parsePackage(document).provides.capabilities) {
        const closed = contracts
          .find((contract) => contract.id === id)
          ?.versions.find((one) => one.version === version);
        const ids = closed?.features.filter(({ name }) => features.includes(name)).map((feature) => feature.test) ?? [];
        expect([...tests].sort(), `${document.name} ${document.version} names the tests of ${id}`).toEqual(ids.sort());
        const missing = ids.filter((each) => !sources.some((text) => text.includes(`test('${each}'`)));
        expect(missing, `${folder} has a test for each`).toEqual([]);
      }
    }
  }
});
