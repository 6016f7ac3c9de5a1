import { EXIT } from '@capstan/base';
import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../../base-command.ts';
import { count, enumerate } from '../../lib/words.ts';

/** More new versions than these are counted, not named. */
const NAMED = 8;

export default class CenterSync extends CapstanCommand<typeof CenterSync> {
  static override summary = 'read centers again and say what is new';
  static override description =
    'Every command asks the centers when they answer; this fills the cache of this machine ahead, which is used while they do not.';
  static override examples = [
    { command: 'capstan center sync', description: 'all centers' },
    { command: 'capstan center sync ours', description: 'one' },
  ];
  static override reads = true;
  static override args = { name: Args.string({ required: false, description: 'name of a recorded center' }) };

  protected async work(): Promise<void> {
    const { syncCenters } = await import('../../lib/centers.ts');
    const items = await syncCenters(await this.cluster(), this.args.name, this.signal);
    await this.out.list({
      kind: 'CenterSyncList',
      items,
      name: (row) => `center/${row.center}`,
      empty: 'There are no centers.',
      columns: [],
      text: (row) => {
        if (row.problem)
          return [`${row.center}: ${row.problem.message}`, ...(row.problem.hint ? [`  ${row.problem.hint}`] : [])];
        const signed = row.signedBy === undefined ? '' : `, signed by ${row.signedBy}`;
        return [`${row.center}: ${count(row.packages, 'package version')}${signed}, ${news(row.added, row.removed)}`];
      },
    });
    if (items.some(({ problem }) => problem)) this.exitCode = EXIT.unreachable;
  }
}

function news(added: readonly string[], removed: readonly string[]): string {
  const parts = [
    ...(added.length > 0 ? [`new: ${named(added)}`] : []),
    ...(removed.length > 0 ? [`gone: ${named(removed)}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : 'nothing new';
}

function named(versions: readonly string[]): string {
  return versions.length > NAMED ? count(versions.length, 'version') : enumerate(versions);
}
