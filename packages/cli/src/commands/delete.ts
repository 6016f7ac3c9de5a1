import { CapstanError, EXIT } from '@capstan/base';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';
import { CLI_CODES } from '../codes.ts';
import { count } from '../lib/words.ts';

const USUAL_LIMIT_MS = 2 * 60_000;

export default class Delete extends CapstanCommand<typeof Delete> {
  static override summary = 'delete an application and everything made for it';
  static override description =
    'Waits until the last of its objects is gone. Components that `capstan up` applied go too, unless another application uses them.';
  static override examples = [
    { command: 'capstan delete shop', description: 'asks first' },
    { command: 'capstan delete shop --yes', description: 'without a question' },
    {
      command: 'capstan delete --namespace-only -n web',
      description: 'the namespace that `up --create-namespace` made',
    },
  ];
  static override args = { app: Args.string({ description: 'name of the application' }) };
  static override flags = {
    'namespace-only': Flags.boolean({
      summary: 'delete the namespace of -n, when `up` created it and no application is left in it',
    }),
  };

  protected async work(): Promise<void> {
    const { app } = this.args;
    if (this.flags['namespace-only']) return this.#namespace();
    if (app === undefined) {
      throw new CapstanError(CLI_CODES.usage, 'which application?', { next: ['capstan list'], exit: EXIT.usage });
    }
    const { deleteApplication, findApplication } = await import('../lib/delete-application.ts');
    const client = await this.changingCluster();
    const namespace = await this.namespace();
    const found = await findApplication(client, app, namespace, this.interrupt);
    const made = count(found.inventory.length, 'object');
    await this.confirm(`Delete application ${app} in namespace ${namespace} with ${made}?`);
    const deleted = await deleteApplication(client, found, {
      timeoutMs: this.timeLimitMs(USUAL_LIMIT_MS),
      signal: this.interrupt,
      onStep: (text, done) => this.progress.update(text, text, done ? 'done' : 'running'),
    });
    this.progress.close();
    await this.out.document({
      kind: 'DeleteResult',
      data: { application: app, namespace, ...deleted },
      name: `application/${app}`,
      text: () => [
        `Application ${app} is deleted (${made}${deleted.components.length > 0 ? `; components ${deleted.components.join(', ')}` : ''}).`,
        ...deleted.kept.map(({ name, usedBy }) => `Component ${name} stays: application ${usedBy} uses it.`),
      ],
    });
  }

  async #namespace(): Promise<void> {
    const { deleteOwnNamespace } = await import('../lib/delete-namespace.ts');
    const client = await this.changingCluster();
    const namespace = await this.namespace();
    await this.confirm(`Delete namespace ${namespace} with everything in it?`);
    await deleteOwnNamespace(client, namespace, {
      timeoutMs: this.timeLimitMs(USUAL_LIMIT_MS),
      signal: this.interrupt,
    });
    await this.out.document({
      kind: 'DeleteResult',
      data: { namespace },
      name: `namespace/${namespace}`,
      text: () => [`Namespace ${namespace} is deleted.`],
    });
  }
}
