import {
  cancelOperation,
  executeInstall,
  executeUninstall,
  type OnProgress,
  planInstall,
  planRollback,
  planUninstall,
  planUpgrade,
  readDirectoryRegistry,
} from '../../src/index.ts';
import { installerOf } from './shop-center.ts';

/**
 * Works in a process of its own, which ends where CAPSTAN_TEST_KILL_AT says, or with CAPSTAN_TEST_KILL_IN in the middle
 * of that step's effect: when Helm reports its first object.
 */
const [kubeconfig = '', directory = '', operation] = process.argv.slice(2);
const entries = await readDirectoryRegistry({ name: 'test', location: directory });
const context = await installerOf(kubeconfig, {
  charts: `${directory}/charts`,
  packages: entries.map(({ metadata }) => metadata),
});
const killIn = process.env['CAPSTAN_TEST_KILL_IN'];
const onProgress: OnProgress = (event) => {
  if (event.type === 'note' && event.step === killIn) process.kill(process.pid, 'SIGKILL');
};

const solo = [{ package: 'solo', range: '1.0.0' }];
if (operation === 'cancel') await cancelOperation(context, {});
else if (operation === 'rollback') await executeInstall(context, await planRollback(context, { package: 'shop' }));
else if (operation === 'install')
  await executeInstall(context, await planInstall(context, { goals: solo }), { onProgress });
else if (operation === 'uninstall')
  await executeUninstall(context, await planUninstall(context, { package: 'solo' }), { onProgress });
else await executeInstall(context, await planUpgrade(context, { packages: ['store', 'cart', 'search', 'shop'] }));
context.client.close();
