import { describeObject } from '@capstan/base';
import type { SystemStatus as Status } from '@capstan/operator';
import { CapstanCommand } from '../../base-command.ts';
import { renderTable } from '../../render/table.ts';

export default class SystemStatus extends CapstanCommand<typeof SystemStatus> {
  static override summary = 'what of Capstan a cluster has, and whether an operator runs';
  static override reads = true;
  static override examples = [{ command: 'capstan system status -o json', description: 'for scripts' }];

  protected async work(): Promise<void> {
    const { systemStatus } = await import('../../services/system-status.ts');
    const client = await this.cluster();
    const status = await systemStatus(client);
    await this.out.document({
      kind: 'SystemStatus',
      data: { context: client.context.name, ...status },
      name: 'system',
      text: (format) => this.#lines(status, client.context.name, format === 'wide'),
    });
    if (!status.installed) this.next('capstan system install');
    else if (!status.operator.running) this.next('capstan system run');
  }

  #lines(status: Status, context: string, wide: boolean): string[] {
    const { installed, version, manifests, operator, plugins } = status;
    const wrong = manifests.filter(({ state }) => state !== 'present' && state !== 'newer');
    const missing =
      installed || version === undefined
        ? []
        : wrong.map(({ reference, state }) => `  ${describeObject(reference)}: ${state}`);
    const rows = manifests.map(({ reference, state }) => ({ object: describeObject(reference), state }));
    return [
      `context:   ${context}`,
      `kinds:     ${installed ? `installed, version ${version}` : version === undefined ? 'not installed' : 'incomplete'}`,
      ...missing,
      `operator:  ${operator.running ? `running (${operator.holder})` : 'not running'}`,
      ...plugins.map(
        ({ name, loaded, message }) => `plugin:    ${name} ${loaded ? 'loaded' : `not loaded: ${message}`}`,
      ),
      ...(wide ? ['', ...renderTable(rows, OBJECT_COLUMNS, { terminal: this.out.stdout })] : []),
    ];
  }
}

const OBJECT_COLUMNS = [
  { header: 'OBJECT', value: (row: { object: string; state: string }) => row.object },
  { header: 'STATE', value: (row: { object: string; state: string }) => row.state },
];
