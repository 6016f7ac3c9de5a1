import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';

export default class CapSearch extends CapstanCommand<typeof CapSearch> {
  static override summary = 'search the centers for capabilities';
  static override reads = true;
  static override strict = false;
  static override examples = [
    { command: 'capstan cap search', description: 'everything there is' },
    { command: 'capstan cap search scale --kind trait', description: 'traits about scaling' },
  ];
  static override args = { query: Args.string({ description: 'words to look for' }) };
  static override flags = {
    kind: Flags.option({ summary: 'only packages that bring one', options: ['trait', 'workload'] as const })(),
  };

  protected async work(): Promise<void> {
    const { search } = await import('../../lib/search.ts');
    const query = this.words.join(' ');
    const { hits, warnings } = await search(await this.cluster(), query, this.flags.kind, this.signal);
    this.out.note(
      ...warnings.map(({ center, message, hides }) => `warning: center ${center}: ${message} Hidden: ${hides}.`),
    );
    await this.out.list({
      kind: 'CapabilitySearch',
      items: hits,
      name: (hit) => `capability/${hit.name}`,
      empty: query === '' ? 'The centers are empty.' : `Nothing fits "${query}".`,
      columns: [
        { header: 'NAME', value: (hit) => hit.name },
        { header: 'KIND', value: (hit) => hit.kinds.join(', ') },
        { header: 'VERSION', value: (hit) => hit.version },
        { header: 'MATURITY', value: (hit) => hit.maturity },
        {
          header: 'STATUS',
          value: (hit) => hit.blocked ?? (hit.installed === undefined ? undefined : `installed ${hit.installed}`),
        },
        { header: 'ADDS', value: (hit) => hit.adds.join(', ') },
        { header: 'CENTER', value: (hit) => hit.center, wide: true },
        { header: 'SUMMARY', value: (hit) => hit.summary, flexible: true },
      ],
    });
    const [first] = hits;
    if (!first) this.next('capstan cap search');
    else if (first.installed === undefined)
      this.next(`capstan cap show ${first.name}`, `capstan cap install ${first.name} --plan`);
    else this.next(`capstan cap show ${first.name}`);
  }
}
