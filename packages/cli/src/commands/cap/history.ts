import type { RevisionRecord } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../../base-command.ts';
import { formatAge } from '../../lib/duration.ts';

export default class CapHistory extends CapstanCommand<typeof CapHistory> {
  static override summary = 'the revisions of an installed capability that it can go back to';
  static override reads = true;
  static override examples = [{ command: 'capstan cap history keda', description: '' }];
  static override args = { name: Args.string({ required: true, description: 'name of an installed capability' }) };

  protected async work(): Promise<void> {
    const { listRevisions } = await import('../../services/cap-history.ts');
    const { requireInstalled } = await import('../../lib/require-installed.ts');
    const client = await this.cluster();
    const { name } = await this.withPackage(this.args.name, (word) => requireInstalled(client, word));
    const items = await listRevisions(client, name);
    await this.out.list<RevisionRecord>({
      kind: 'CapabilityRevisionList',
      items,
      name: ({ number }) => `${name}/${number}`,
      empty: `No revision of ${name} is recorded.`,
      columns: [
        { header: 'REVISION', value: (row) => row.number },
        { header: 'VERSION', value: versionLabel },
        { header: 'STATE', value: (row) => row.phase, state: true },
        { header: 'BY', value: byText },
        { header: 'AGE', value: (row) => formatAge(row.at) },
        {
          header: 'CHART',
          value: (row) => row.charts.map((chart) => `${chart.name} ${chart.version}`).join(', '),
          flexible: true,
        },
        { header: 'PLAN', value: (row) => row.planDigest, wide: true },
      ],
    });
    const earlier = items.find(({ phase }) => phase === 'Superseded');
    this.next(
      ...(earlier ? [`capstan cap rollback ${name} --to ${earlier.number} --plan`] : [`capstan cap status ${name}`]),
    );
  }
}

function byText({ operation, contentOf }: RevisionRecord): string {
  return contentOf === undefined ? operation : `${operation} to ${contentOf}`;
}
