// Bundles the command line into bundle: one module for each command, shared code in chunks, the manifest beside it.
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core/config';
import { build } from 'esbuild';
import { bundleOptions, commandFiles, QUICK, quickOptions } from './bundle-options.mjs';

const cli = fileURLToPath(new URL('..', import.meta.url));
const sandbox = fileURLToPath(new URL('../../sandbox', import.meta.url));
const apiserver = fileURLToPath(new URL('../../apiserver', import.meta.url));
const target = `${cli}bundle`;
/** Built aside and then put in place, so that commands that run meanwhile hardly notice. */
const draft = `${cli}bundle-${process.pid}`;
const { name, version, oclif } = JSON.parse(await readFile(`${cli}package.json`, 'utf8'));

const commands = await commandFiles();

await mkdir(draft, { recursive: true });
await writeFile(
  `${draft}/package.json`,
  JSON.stringify({
    name,
    version,
    type: 'module',
    oclif: { ...oclif, commands: { ...oclif.commands, target: './commands' } },
  }),
);
await build(await bundleOptions(draft));
for (const command of QUICK) await build(await quickOptions(draft, command, version));
for (const folder of ['control-plane', 'stages']) {
  await cp(`${sandbox}/${folder}`, `${draft}/sandbox/${folder}`, { recursive: true });
}

await cp(`${apiserver}/assets`, `${draft}/apiserver-assets`, { recursive: true });

const plugin = new Plugin({ root: draft, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
await plugin.load();
await writeFile(`${draft}/oclif.manifest.json`, JSON.stringify(plugin.manifest));
await rm(target, { recursive: true, force: true });
await rename(draft, target);
process.stdout.write(`bundled ${commands.length} commands into ${target}\n`);
