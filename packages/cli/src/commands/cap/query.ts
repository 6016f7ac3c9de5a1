import { EXIT } from '@capstan/base';
import type { CapabilityAnswer, CapabilityOfferAnswer, ProviderAnswer } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../../base-command.ts';
import { formatDuration } from '../../lib/duration.ts';
import { labelled } from '../../render/labelled.ts';
import { wrap } from '../../render/terminal.ts';

export default class CapQuery extends CapstanCommand<typeof CapQuery> {
  static override summary = 'ask whether a cluster has a capability';
  static override description =
    'Exit 0 where it does, 5 where it does not: no provider fits, is healthy and may be used in the namespace.';
  static override reads = true;
  static override examples = [
    { command: "capstan cap query 'autoscale >=1.0'", description: 'a contract in a range' },
    {
      command: "capstan cap query 'autoscale with schedule, fallback' -n web",
      description: 'with features, in a namespace',
    },
  ];
  static override args = {
    query: Args.string({ required: true, description: 'CONTRACT [RANGE] [with FEATURE, ...]' }),
  };

  protected async work(): Promise<void> {
    const { queryCapabilities } = await import('../../services/capability-query.ts');
    const client = await this.cluster();
    const namespace = await this.namespace();
    const answer = await queryCapabilities(client, this.args.query, {
      namespace,
      catalog: async () => {
        const { clusterCatalog } = await import('../../lib/cluster-catalog.ts');
        return (await clusterCatalog(client, this.signal)).catalog;
      },
      command: (words) => this.reach.command(`capstan ${words}`),
      signal: this.signal,
    });
    await this.out.document({
      kind: 'CapabilityAnswer',
      data: answer,
      name: answer.providers
        .filter(({ fits }) => fits)
        .map((provider) => `capability/${provider.package}`)
        .join('\n'),
      text: () => this.#lines(answer),
    });
    if (!answer.satisfied) this.exitCode = EXIT.blocked;
    const [provider] = answer.providers;
    const [offer] = answer.offers;
    if (offer && !answer.satisfied) this.next(`${offer.command} --plan`);
    else if (provider) this.next(`capstan cap status ${provider.package}`);
    else this.next(`capstan cap search ${answer.nearest[0] ?? answer.capability}`);
  }

  #lines(answer: CapabilityAnswer): string[] {
    return [
      ...wrap(`${answer.satisfied ? 'yes' : 'no'}: ${answer.reason}`, this.out.stdout.columns ?? 100),
      ...answer.providers.flatMap((provider) => this.#providerLines(provider, answer.namespace)),
      ...(answer.satisfied ? [] : answer.offers.flatMap((offer) => this.#offerLines(offer))),
    ];
  }

  #offerLines(offer: CapabilityOfferAnswer): string[] {
    const { center, contractVersion, features } = offer;
    const text = `contract ${contractVersion} with ${features.join(', ') || 'no features'}, from center ${center}`;
    return [
      `  could be installed: ${offer.package} ${versionLabel(offer)}`,
      ...labelled('', text, this.out.stdout.columns ?? 100),
    ];
  }

  #providerLines(provider: ProviderAnswer, namespace: string): string[] {
    const width = this.out.stdout.columns ?? 100;
    const line = (label: string, text: string) => labelled(label, text, width);
    return [
      `  ${provider.package} ${versionLabel(provider)}`,
      ...line('contract', `${provider.contractVersion}${provider.mismatch ? `, ${provider.mismatch}` : ''}`),
      ...line('features', provider.features.join(', ') || 'none'),
      ...line('health', [provider.health, provider.message].filter(Boolean).join(': ')),
      ...(provider.mayUse ? line('may use', `${MAY[`${provider.mayUse.allowed}`]}, in namespace ${namespace}`) : []),
      ...provider.evidence.flatMap(({ source, result, message, ageSeconds }) =>
        line(
          'evidence',
          `${source}: ${result}${message ? ` (${message})` : ''}, seen ${formatDuration(ageSeconds * 1000)} ago`,
        ),
      ),
    ];
  }
}

const MAY = { true: 'yes', false: 'no', unknown: 'unknown' } as const;
