import { createLogger, type Logger } from '@capstan/base';
import type { OperatorState, ServedEndpoint } from '@capstan/operator';
import type { Config } from '@oclif/core/config';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';

export default class SystemRun extends CapstanCommand<typeof SystemRun> {
  static override summary = 'run the operator until Ctrl-C';
  static override description =
    'The operator brings applications about. It waits for `capstan system install`, takes a Lease, and works while it holds it. ' +
    'On a terminal it says what it does; elsewhere it logs one JSON object per line on stderr.';
  static override examples = [
    { command: 'capstan system run', description: 'in a terminal of its own' },
    { command: 'capstan system run --kubeconfig FILE 2> operator.log &', description: 'in the background' },
    {
      command: 'capstan system run --use-webhook --health-addr 127.0.0.1:9440 --metrics-addr 127.0.0.1:8080',
      description: 'with everything that it serves',
    },
  ];
  static override flags = {
    'use-webhook': Flags.boolean({ summary: 'serve and register the admission webhooks', allowNo: true }),
    'webhook-host': Flags.string({ summary: 'address on which the webhooks listen', default: '127.0.0.1' }),
    'webhook-port': Flags.integer({ summary: 'their port; 0: any that is free', default: 9443, min: 0, max: 65_535 }),
    'webhook-url': Flags.url({ summary: 'how the API server reaches them, where that is another address' }),
    'metrics-addr': Flags.string({ summary: 'serve /metrics at HOST:PORT', default: '' }),
    'health-addr': Flags.string({ summary: 'serve /healthz and /readyz at HOST:PORT', default: '' }),
    'api-addr': Flags.string({ summary: 'answer queries at HOST:PORT/api/v1/capabilities', default: '' }),
    helm: Flags.string({ summary: 'Helm program for CapabilitySets', helpValue: 'FILE' }),
    'revision-limit': Flags.integer({ summary: 'revisions to keep of each Component', default: 50, min: 1 }),
    'apply-once-only': Flags.boolean({
      summary: 'apply a workload or trait again only when its application changes',
      allowNo: true,
    }),
    'enable-leader-election': Flags.boolean({
      summary: 'work only while no other operator of the cluster does',
      default: true,
      allowNo: true,
    }),
  };

  constructor(argv: string[], config: Config) {
    super(argv.map(goBoolean), config);
  }

  protected async work(): Promise<void> {
    const { runOperator } = await import('../../services/operator.ts');
    const client = await this.changingCluster();
    const forPeople = this.out.stderr.isTTY && !this.flags.debug;
    const log = operatorLog(forPeople, this.flags.debug);
    // The reference looks for Definitions in a namespace; these are cluster-scoped.
    if (process.env['DEFINITION_NAMESPACE'])
      log.warn('DEFINITION_NAMESPACE has no effect: Definitions are cluster-scoped');
    const webhookUrl = this.flags['webhook-url']?.href;
    await runOperator({
      client,
      log,
      signal: this.interrupt,
      useWebhook: this.flags['use-webhook'],
      webhookHost: this.flags['webhook-host'],
      webhookPort: this.flags['webhook-port'],
      ...(webhookUrl === undefined ? {} : { webhookUrl }),
      metricsAddr: this.flags['metrics-addr'],
      healthAddr: this.flags['health-addr'],
      apiAddr: this.flags['api-addr'],
      openCenter: () => this.centerContext(this.flags.helm),
      revisionLimit: this.flags['revision-limit'],
      applyOnceOnly: this.flags['apply-once-only'],
      leaderElection: this.flags['enable-leader-election'],
      onServed: (endpoint) => {
        if (forPeople) this.out.note(servedLine(endpoint));
      },
      onState: (state) => {
        if (forPeople) this.out.note(...stateLines(state, (line) => this.reach.command(line)));
        else log.info('operator state', { ...state });
      },
    });
  }
}

/** Charts for the reference runtime write `--use-webhook=true` and `--enable-leader-election=false`. */
function goBoolean(argument: string): string {
  const [, name, value] = /^--(use-webhook|apply-once-only|enable-leader-election)=(true|false)$/.exec(argument) ?? [];
  if (name === undefined) return argument;
  return value === 'true' ? `--${name}` : `--no-${name}`;
}

/** On a terminal only what went wrong. */
function operatorLog(forPeople: boolean, debug: boolean): Logger {
  return createLogger({
    level: debug ? 'debug' : forPeople ? 'warn' : 'info',
    write: (line) => process.stderr.write(`${line}\n`),
  });
}

function servedLine({ name, url }: ServedEndpoint): string {
  const paths = {
    api: '/api/v1/capabilities',
    health: '/healthz and /readyz',
    metrics: '/metrics',
    webhooks: 'the admission webhooks',
  };
  return `operator: serves ${paths[name]} at ${url}`;
}

function stateLines(state: OperatorState, command: (line: string) => string): string[] {
  switch (state.state) {
    case 'waiting':
      return [`operator: waiting for ${state.missing.length} CRDs`, `  Try:  ${command('capstan system install')}`];
    case 'standby':
      return [`operator: ${state.holder} runs already; this one takes over when it ends`];
    case 'starting':
      return [];
    case 'running':
      return [`operator: running as ${state.holder}; Ctrl-C stops it`];
    case 'stopped':
      return ['operator: stopped'];
  }
}
