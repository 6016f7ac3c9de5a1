import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../base-command.ts';
import { completionScript, SHELLS, type Shell } from '../completion/scripts.ts';

export default class Completion extends CapstanCommand<typeof Completion> {
  static override summary = 'the script with which a shell completes commands';
  static override description =
    'Completes commands, flags and values: packages, what is installed, applications, types, namespaces, contexts. ' +
    'The script asks this program for everything, so it need not be made again after an update.';
  static override examples = [
    { command: 'source <(capstan completion bash)', description: 'for this shell; in ~/.bashrc for all' },
    { command: 'source <(capstan completion zsh)', description: 'after compinit, in ~/.zshrc' },
    { command: 'capstan completion fish | source', description: 'in ~/.config/fish/config.fish' },
  ];
  static override args = {
    shell: Args.string({ required: true, description: SHELLS.join(', '), options: [...SHELLS] }),
  };

  protected async work(): Promise<void> {
    this.out.data([completionScript(this.args.shell as Shell).trimEnd()]);
  }
}
