import { CapstanCommand } from '../../base-command.ts';
import { operatorProcess } from '../../lib/operator-process.ts';
import { count } from '../../lib/words.ts';
import { renderTable } from '../../render/table.ts';
import { listAttachments, serviceLabel, targetLabel } from '../../services/sandbox-attachments.ts';
import { sandboxStatus } from '../../services/sandbox-state.ts';

interface ProcessRow {
  readonly name: string;
  readonly state: string;
  readonly pid?: number;
  readonly log: string;
}

export default class SandboxStatus extends CapstanCommand<typeof SandboxStatus> {
  static override summary = 'whether the sandbox runs, and its processes';
  static override reads = true;
  static override examples = [{ command: 'capstan sandbox status -o json', description: 'for scripts' }];

  protected async work(): Promise<void> {
    const { phase, directory, state, processes, unevaluated } = await sandboxStatus();
    const attachments = await listAttachments();
    const rows: ProcessRow[] = [...processes, { name: 'operator', ...(await operatorProcess()) }];
    const facts = state && {
      engine: state.engine,
      kubernetes: state.versions.kubernetes,
      server: state.server,
      kubeconfig: state.kubeconfig,
      startedAt: state.startedAt,
    };
    await this.out.document({
      kind: 'SandboxStatus',
      data: { phase, running: phase === 'running', directory, ...facts, processes: rows, attachments, unevaluated },
      name: 'sandbox',
      text: (format) => [
        `sandbox: ${phase}${facts && phase !== 'absent' ? `, Kubernetes ${facts.kubernetes} (engine ${facts.engine}, pods are simulated)` : ''}`,
        ...(facts ? [`server: ${facts.server}`, `kubeconfig: ${facts.kubeconfig}`] : []),
        ...attachments.map((one) => `attached: ${serviceLabel(one)} to ${targetLabel(one)}`),
        ...unevaluated.map(({ crd, rules }) => `not checked here: ${count(rules.length, 'rule')} of ${crd}`),
        ...(phase === 'absent' ? [] : ['', ...this.#processTable(rows, format === 'wide')]),
      ],
    });
    if (phase !== 'running') this.next('capstan sandbox start');
  }

  #processTable(rows: readonly ProcessRow[], wide: boolean): string[] {
    const columns = [
      { header: 'PROCESS', value: (row: ProcessRow) => row.name },
      { header: 'STATE', value: (row: ProcessRow) => row.state },
      { header: 'PID', value: (row: ProcessRow) => row.pid },
      { header: 'LOG', value: (row: ProcessRow) => row.log, wide: true },
    ];
    return renderTable(rows, columns, { terminal: this.out.stdout, wide });
  }
}
