import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import { sandboxAssets, standInCharts } from '../../lib/assets.ts';
import { sandboxProgress } from '../../lib/sandbox-progress.ts';

const USUAL_LIMIT_MS = 60_000;

export default class SandboxStart extends CapstanCommand<typeof SandboxStart> {
  static override summary = 'start the sandbox: a local control plane with simulated pods';
  static override description =
    'The embedded engine needs only Node. The first start of the real one builds the control plane from Go modules, which takes minutes; its programs are kept and later starts take seconds. ' +
    'CAPSTAN_CONTROL_PLANE_BIN or KUBEBUILDER_ASSETS names programs that exist already; CAPSTAN_SANDBOX_ENGINE names the engine of new sandboxes.';
  static override examples = [
    { command: 'capstan sandbox start', description: 'engine, stand-in charts and operator' },
    { command: 'capstan sandbox start --bare', description: 'only a control plane' },
    { command: 'capstan sandbox start --engine real', description: "Kubernetes' own programs, built with Go" },
  ];
  static override flags = {
    engine: Flags.option({
      summary: "embedded (needs only Node) or real (Kubernetes' own programs); kept for the life of the sandbox",
      options: ['embedded', 'real'] as const,
    })(),
    bare: Flags.boolean({ summary: 'only the engine: no records, no operator' }),
    charts: Flags.option({
      summary: 'where charts come from',
      options: ['stand-ins', 'upstream'] as const,
      default: 'stand-ins' as const,
    })(),
    port: Flags.integer({ summary: 'port of the API server on 127.0.0.1', min: 1, max: 65_535 }),
  };

  protected async work(): Promise<void> {
    const { startSandbox } = await import('../../services/sandbox-lifecycle.ts');
    const { state, alreadyRunning } = await startSandbox({
      ...sandboxAssets(),
      charts: [standInCharts()],
      signal: this.interrupt,
      timeoutMs: this.timeLimitMs(USUAL_LIMIT_MS),
      onProgress: sandboxProgress(this.progress),
      ...(this.flags.port === undefined ? {} : { port: this.flags.port }),
      ...(this.flags.engine === undefined ? {} : { engine: this.flags.engine }),
    });
    if (!this.flags.bare) await this.#furnish(state.kubeconfig);
    this.progress.close();
    const data = {
      engine: state.engine,
      kubernetes: state.versions.kubernetes,
      server: state.server,
      kubeconfig: state.kubeconfig,
      alreadyRunning,
    };
    await this.out.document({
      kind: 'Sandbox',
      data,
      name: 'sandbox',
      text: () => [
        `The sandbox ${alreadyRunning ? 'was running already' : 'is running'}: Kubernetes ${data.kubernetes}, pods are simulated.`,
        `Its kubeconfig: ${data.kubeconfig}`,
      ],
    });
    if (!this.flags.bare) this.next('capstan system install --context sandbox', 'capstan cap search --context sandbox');
  }

  async #furnish(kubeconfig: string): Promise<void> {
    const { furnishSandbox } = await import('../../lib/furnish.ts');
    this.progress.update('records', 'namespace and center');
    await furnishSandbox({
      kubeconfig,
      standIns: this.flags.charts === 'stand-ins',
      signal: this.interrupt,
      onOperator: () => {
        this.progress.update('records', 'namespace and center', 'done');
        this.progress.update('operator', 'operator');
      },
    });
    this.progress.update('operator', 'operator', 'done');
  }
}
