import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KubernetesObject } from '../packages/base/src/index.ts';
import { readPackageDocuments } from '../packages/capability-center/src/registry/package-folder.ts';
import {
  type CapabilityPackage,
  configuredValues,
  type HelmUnit,
  helmUnits,
  parsePackage,
  unitValues,
} from '../packages/capability-model/src/index.ts';
import { createHelm, type Helm } from '../packages/helm-ts/src/index.ts';

const root = dirname(import.meta.dirname);
const standIns = join(root, 'charts', 'stand-ins');

/** The folder of a unit's stand-in chart. */
export function standInOf({ chart }: HelmUnit): string {
  return join(standIns, chart.name, chart.version);
}

/** The folder of a unit's chart: upstream's own below `CAPSTAN_CHARTS` where that is set and has it, else the stand-in. */
function chartOf(unit: HelmUnit): string {
  const upstream = join(process.env['CAPSTAN_CHARTS'] ?? '', unit.chart.name, unit.chart.version);
  return process.env['CAPSTAN_CHARTS'] && existsSync(upstream) ? upstream : standInOf(unit);
}

/** What the charts of a package render with its default configuration, CRDs among it. */
export async function renderCharts(
  helm: Helm,
  metadata: CapabilityPackage,
  folder: (unit: HelmUnit) => string = chartOf,
): Promise<KubernetesObject[]> {
  const configuration = configuredValues(metadata);
  const objects: KubernetesObject[] = [];
  for (const unit of helmUnits(metadata)) {
    const values = unitValues(unit, configuration, unit.crds?.extractValues ?? {});
    const namespace = unit.namespace ?? metadata.install.namespace;
    objects.push(...(await helm.template(unit.release, folder(unit), { namespace, values, includeCrds: true })));
  }
  return objects;
}

/** Every version of a plugin's package with what its charts render. For packages whose features are their charts'. */
export async function packageCharts(name: string) {
  const helm = await createHelm();
  const documents = await readPackageDocuments(join(root, 'plugins', name));
  return Promise.all(
    documents.map(async (document) => {
      const metadata = parsePackage(document);
      return { metadata, objects: await renderCharts(helm, metadata) };
    }),
  );
}
