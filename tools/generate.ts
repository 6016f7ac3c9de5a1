import { globSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { readContractFolder, readPackageDocuments } from '../packages/capability-center/src/registry/package-folder.ts';
import { publishToDirectory } from '../packages/capability-center/src/registry/publish-directory.ts';
import { contractSchema, packageSchema } from '../packages/capability-model/src/index.ts';

const root = dirname(import.meta.dirname);

/** Folders of plugins that are capability packages. */
export function packageFolders(): string[] {
  return globSync('plugins/*/capability.yaml', { cwd: root })
    .sort()
    .map((file) => dirname(join(root, file)));
}

/**
 * Publishes the packages of plugins/ and the contracts of contracts/ into capability-registry/: adds versions, changes
 * none.
 */
export async function generateRegistry(options: { readonly dryRun?: boolean } = {}) {
  const contracts = await readContractFolder(join(root, 'contracts'));
  const packages = await Promise.all(packageFolders().map((folder) => readPackageDocuments(folder, { contracts })));
  return publishToDirectory(join(root, 'capability-registry'), packages.flat(), { contracts, ...options });
}

/** Schemas for editors, by file: of capability.yaml and of contract documents. */
export function editorSchemas(): ReadonlyMap<string, string> {
  const folder = join(root, 'packages/capability-model/schemas');
  const text = (schema: unknown) => `${JSON.stringify(schema, undefined, 2)}\n`;
  return new Map([
    [join(folder, 'capability.schema.json'), text(packageSchema({ form: 'source', strict: true }))],
    [join(folder, 'contract.schema.json'), text(contractSchema())],
  ]);
}

if (import.meta.main) {
  for (const [file, text] of editorSchemas()) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const { added, unchanged } = await generateRegistry();
  for (const label of added) console.log(`added ${label}`);
  console.log(
    `${relative(process.cwd(), join(root, 'capability-registry'))}: ${added.length} added, ${unchanged.length} unchanged`,
  );
}
