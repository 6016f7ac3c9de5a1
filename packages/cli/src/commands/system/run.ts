import { createLogger, type Logger } from '@capstan/base';
import type { OperatorState } from '@capstan/operator';
import { CapstanCommand } from '../../base-command.ts';

export default class SystemRun extends CapstanCommand<typeof SystemRun> {
  static override summary = 'run the operator until Ctrl-C';
  static override description =
    'The operator brings applications about. It waits for `capstan system install`, takes a Lease, and works while it holds it. ' +
    'On a terminal it says what it does; elsewhere it logs one JSON object per line on stderr.';
  static override examples = [
    { command: 'capstan system run', description: 'in a terminal of its own' },
    { command: 'capstan system run --kubeconfig FILE 2> operator.log &', description: 'in the background' },
  ];

  protected async work(): Promise<void> {
    const { runOperator } = await import('../../services/operator.ts');
    const client = await this.changingCluster();
    const forPeople = this.out.stderr.isTTY && !this.flags.debug;
    const log = operatorLog(forPeople, this.flags.debug);
    await runOperator({
      client,
      log,
      signal: this.interrupt,
      onState: (state) => {
        if (forPeople) this.out.note(...stateLines(state, (line) => this.reach.command(line)));
        else log.info('operator state', { ...state });
      },
    });
  }
}

/** On a terminal only what went wrong. */
function operatorLog(forPeople: boolean, debug: boolean): Logger {
  return createLogger({
    level: debug ? 'debug' : forPeople ? 'warn' : 'info',
    write: (line) => process.stderr.write(`${line}\n`),
  });
}

function stateLines(state: OperatorState, command: (line: string) => string): string[] {
  switch (state.state) {
    case 'waiting':
      return [`operator: waiting for ${state.missing.length} CRDs`, `  Try:  ${command('capstan system install')}`];
    case 'standby':
      return [`operator: ${state.holder} runs already; this one takes over when it ends`];
    case 'running':
      return [`operator: running as ${state.holder}; Ctrl-C stops it`];
    case 'stopped':
      return ['operator: stopped'];
  }
}
