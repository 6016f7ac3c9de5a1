import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { CapstanError, EXIT } from '@capstan/base';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import { CLI_CODES } from '../../codes.ts';
import { sandboxKubeconfigPath } from '../../services/sandbox-state.ts';

export default class SandboxKubeconfig extends CapstanCommand<typeof SandboxKubeconfig> {
  static override summary = 'the kubeconfig of the sandbox, or its path';
  static override reads = true;
  static override examples = [
    { command: 'kubectl --kubeconfig "$(capstan sandbox kubeconfig --path)" get nodes', description: 'with kubectl' },
    { command: 'capstan sandbox kubeconfig', description: 'print the file' },
  ];
  static override flags = { path: Flags.boolean({ summary: 'print only the path' }) };

  protected async work(): Promise<void> {
    const path = sandboxKubeconfigPath();
    if (!existsSync(path)) {
      throw new CapstanError(CLI_CODES.notFound, 'the sandbox has no kubeconfig yet', {
        hint: 'It is written when the sandbox starts for the first time.',
        next: ['capstan sandbox start'],
        exit: EXIT.failed,
      });
    }
    if (this.flags.path || this.out.format === 'name') return this.out.data([path]);
    const text = (await readFile(path, 'utf8')).trimEnd();
    if (!this.out.forMachines) return this.out.data([text]);
    const { parse } = await import('../../services/yaml.ts');
    await this.out.envelope('SandboxKubeconfig', { path, kubeconfig: parse(text) });
  }
}
