import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../packages/base/src/index.ts';
import { readContractFolder, readPackageDocuments } from '../packages/capability-center/src/registry/package-folder.ts';
import { parsePackage } from '../packages/capability-model/src/index.ts';
import { bundledPlugins } from '../packages/operator/src/bundled-plugins.ts';
import { packageFolders } from './generate.ts';

const root = dirname(import.meta.dirname);

test('what the metadata of a package says about its plugin is what the code says', async () => {
  const contracts = await readContractFolder(join(root, 'contracts'));
  const said = [];
  for (const folder of packageFolders()) {
    const documents = await readPackageDocuments(folder, { contracts });
    said.push(...documents.flatMap((document) => parsePackage(document).plugin ?? []));
  }
  const plugins = new Map((await bundledPlugins(silentLogger)).map((plugin) => [plugin.id, plugin]));
  expect([...new Set(said.map(({ id }) => id))].sort()).toEqual([...plugins.keys()].sort());
  for (const { id, api, kinds } of said) {
    const plugin = plugins.get(id);
    expect({ id, api, kinds: named(kinds) }).toEqual({ id, api: plugin?.api, kinds: named(plugin?.kinds ?? []) });
  }
});

function named(kinds: readonly { readonly apiVersion: string; readonly kind: string }[]): string[] {
  return kinds.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`).sort();
}
