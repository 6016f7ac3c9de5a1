import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assetDirectory } from '../assets.ts';
import type { BackgroundProgram } from '../lifecycle/processes.ts';
import { type BuildOptions, controlPlaneBinaries } from './build.ts';
import type { Engine } from './engine.ts';
import { writeEngineFiles } from './files.ts';
import { type BinaryName, PROGRAMS } from './programs.ts';

/** Kubernetes' own programs; built first where they are not there yet, which takes minutes. */
export async function realEngine(options: BuildOptions): Promise<Engine> {
  const { directory } = await controlPlaneBinaries(options);
  return {
    name: 'real',
    binaries: directory,
    simulatesControllers: false,
    async programs({ paths, port, ...assets }) {
      const stageFiles = await kwokStages(assetDirectory(assets));
      const settings = { paths, port, stageFiles, files: await writeEngineFiles(paths, port) };
      const program = (name: BinaryName): BackgroundProgram => ({
        name,
        command: join(directory, name),
        ...PROGRAMS[name](settings),
      });
      return {
        server: [program('etcd'), program('kube-apiserver')],
        clients: [program('kube-controller-manager'), program('kube-scheduler'), program('kwok')],
      };
    },
  };
}

async function kwokStages(assets: string): Promise<string[]> {
  const directory = join(assets, 'stages', 'kwok');
  return (await readdir(directory)).sort().map((file) => join(directory, file));
}
