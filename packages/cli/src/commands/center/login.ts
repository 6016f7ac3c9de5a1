import { CapstanError, EXIT } from '@capstan/base';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import { CLI_CODES } from '../../codes.ts';

export default class CenterLogin extends CapstanCommand<typeof CenterLogin> {
  static override summary = 'keep the login of a host in the cluster, for the centers and charts that are read from it';
  static override description =
    'The password is read from standard input, never from an argument, and kept in a Secret of namespace capstan-system.';
  static override examples = [
    {
      command: 'capstan center login registry.example.org --username robot --password-stdin < password.txt',
      description: '',
    },
  ];
  static override args = {
    place: Args.string({ required: true, description: 'host (with its port), or name of a recorded center' }),
  };
  static override flags = {
    username: Flags.string({ summary: 'user name', required: true, helpValue: 'NAME' }),
    'password-stdin': Flags.boolean({ summary: 'read the password, or token, from standard input', required: true }),
  };

  protected async work(): Promise<void> {
    const { readInput } = await import('../../lib/input.ts');
    const { login } = await import('../../lib/centers.ts');
    const { username } = this.flags;
    const password = (await readInput('-')).text.replace(/\r?\n$/, '');
    if (password === '') {
      throw new CapstanError(CLI_CODES.usage, 'standard input has no password', { exit: EXIT.usage });
    }
    const host = await login(await this.changingCluster(), this.args.place, { username, password }, this.interrupt);
    await this.out.document({
      kind: 'CenterLogin',
      data: { host, username },
      name: `login/${host}`,
      text: () => [`The login of ${username} at ${host} is kept in the cluster.`],
    });
  }
}
