import { type Logger, messageOf } from '@capstan/base';
import type { Plugin } from '@capstan/plugin-api';

/** How each bundled plugin is loaded; the key is the package's name. Imported when an operator starts, not before. */
const LOADERS: Readonly<Record<string, () => Promise<{ readonly default: Plugin }>>> = {
  'flagger-rollout': () => import('@capstan/plugin-flagger-rollout'),
  'istio-route': () => import('@capstan/plugin-istio-route'),
  keda: () => import('@capstan/plugin-keda'),
  knative: () => import('@capstan/plugin-knative'),
};

/** The plugins that come with Capstan. One that cannot be loaded is logged and left out; the others work. */
export async function bundledPlugins(log: Logger): Promise<Plugin[]> {
  const loaded = await Promise.all(
    Object.entries(LOADERS).map(async ([plugin, load]) => {
      try {
        return [(await load()).default];
      } catch (error) {
        log.error('a bundled plugin could not be loaded', { plugin, error: messageOf(error) });
        return [];
      }
    }),
  );
  return loaded.flat();
}
