import { executeInstall, executeUninstall, type OnProgress, planInstall, planUninstall } from '../../src/index.ts';
import { installerFor, kedaPackage } from './cluster.ts';

/**
 * Installs or removes keda in a process of its own, which kills itself with SIGKILL as soon as the journal has an entry
 * of the kind in CAPSTAN_TEST_KILL_AT: after the record, before its effect. With CAPSTAN_TEST_KILL_IN it dies in the
 * middle of that step's effect, when Helm reports its first object.
 */
const [operation, kubeconfig = ''] = process.argv.slice(2);
const { CAPSTAN_TEST_KILL_AT: killAt, CAPSTAN_TEST_KILL_IN: killIn } = process.env;
const onProgress: OnProgress = (event) => {
  const recorded = event.type === 'journal' && event.entry.kind === killAt;
  const working = event.type === 'note' && event.step === killIn;
  if (recorded || working) process.kill(process.pid, 'SIGKILL');
};
const context = await installerFor(kubeconfig, [await kedaPackage()]);
if (operation === 'install') {
  const plan = await planInstall(context, { goals: [{ package: 'keda' }] });
  await executeInstall(context, plan, { onProgress });
} else {
  const plan = await planUninstall(context, { package: 'keda', deleteCrds: true });
  await executeUninstall(context, plan, { onProgress });
}
context.client.close();
