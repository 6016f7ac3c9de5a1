/**
 * The sandbox's background process: the service front, the stage runner and, for the embedded engine, the simulated
 * controllers. Its argument is the configuration file.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger, isRunning, type Logger, systemClock } from '@capstan/base';
import { connect } from '@capstan/kube';
import { readAgentConfig, type SandboxOwner } from './agent-config.ts';
import { attachmentFinder, watchAttachments } from './attach/find.ts';
import { startSimulatedControllers } from './controllers/start.ts';
import { frontSocket, PKI, sandboxAuthority } from './engine/files.ts';
import { findChartCertificate } from './front/chart-certificates.ts';
import { startFront } from './front/server.ts';
import { sandboxPaths } from './lifecycle/paths.ts';
import { forgetProcess } from './lifecycle/processes.ts';
import { resetSandbox } from './lifecycle/stop.ts';
import { loadStages } from './simulation/load-stages.ts';
import { startStageRunner } from './simulation/runner.ts';

const OWNER_POLL_MS = 1_000;

const config = await readAgentConfig(process.argv[2] ?? '');
const paths = sandboxPaths(config.directory);
const ended = new AbortController();
const log = createLogger({ write: (line) => process.stdout.write(`${line}\n`) });

if (config.owner !== undefined) void endWith(config.owner, log);
const client = await connect({ kubeconfig: paths.kubeconfig, log });
const front = await startFront({
  socket: frontSocket(paths),
  authority: await sandboxAuthority(paths),
  findChartCertificate: (service) => findChartCertificate(client, service),
  findAttachment: attachmentFinder(paths, client),
  log: log.child({ part: 'front' }),
});
watchAttachments(paths, () => front.endAttached(), ended.signal);
const stages = await loadStages(config.sources);
log.info('the service front answers and stages are played', { stages: stages.length });
const rootCa = await readFile(join(paths.pki, PKI.ca), 'utf8');
await Promise.all([
  startStageRunner(client, { stages, signal: ended.signal, log: log.child({ part: 'simulation' }) }),
  config.controllers &&
    startSimulatedControllers(client, { signal: ended.signal, rootCa, log: log.child({ part: 'controllers' }) }),
]);

/** A test run that was killed cannot clean up after itself. */
async function endWith(owner: SandboxOwner, log: Logger): Promise<void> {
  while (await isRunning(owner.process)) await systemClock.sleep(OWNER_POLL_MS);
  log.info('the owner is gone, so the sandbox ends');
  // The API server waits for its clients to go.
  ended.abort();
  // Or the reset would end this process first.
  await forgetProcess(paths, 'agent');
  await resetSandbox({ directory: config.directory });
  await rm(owner.directory, { recursive: true, force: true });
  process.exit(0);
}
