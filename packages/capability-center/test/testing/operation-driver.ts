import { cancelOperation, executeInstall, planRollback, planUpgrade, readDirectoryRegistry } from '../../src/index.ts';
import { installerOf } from './shop-center.ts';

/** Upgrades, rolls back or cancels in a process of its own, which ends where CAPSTAN_TEST_KILL_AT says. */
const [kubeconfig = '', directory = '', operation] = process.argv.slice(2);
const entries = await readDirectoryRegistry({ name: 'test', location: directory });
const context = await installerOf(kubeconfig, {
  charts: `${directory}/charts`,
  packages: entries.map(({ metadata }) => metadata),
});
if (operation === 'cancel') await cancelOperation(context, {});
else if (operation === 'rollback') await executeInstall(context, await planRollback(context, { package: 'shop' }));
else await executeInstall(context, await planUpgrade(context, { packages: ['store', 'cart', 'search', 'shop'] }));
context.client.close();
