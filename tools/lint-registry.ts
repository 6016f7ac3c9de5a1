import { dirname, join } from 'node:path';
import type { KubernetesObject } from '../packages/base/src/index.ts';
import { readDirectoryRegistry } from '../packages/capability-center/src/registry/directory-registry.ts';
import {
  type LintFinding,
  lintRegistry,
  SUPPORTED_KUBERNETES,
  type VersionVerdict,
} from '../packages/capability-center/src/registry/lint.ts';
import { lintCharts } from '../packages/capability-center/src/registry/lint-chart.ts';
import { resolve } from '../packages/capability-center/src/resolver/resolve.ts';
import {
  type CapabilityPackage,
  configuredValues,
  helmUnits,
  unitValues,
} from '../packages/capability-model/src/index.ts';
import { createHelm } from '../packages/helm-ts/src/index.ts';

const root = dirname(import.meta.dirname);
const charts = join(root, 'charts', 'stand-ins');

/** Everything that the lint of capability-registry/ finds: by resolving, and by rendering the stand-in charts. */
export async function lintOwnRegistry() {
  const entries = await readDirectoryRegistry({ name: 'capstan', location: join(root, 'capability-registry') });
  const { versions, findings } = lintRegistry(entries, { kubernetesVersions: SUPPORTED_KUBERNETES, resolve });
  const superseded = (one: CapabilityPackage) =>
    entries.some(({ metadata: { name, version, release } }) => {
      return name === one.name && version === one.version && release > one.release;
    });
  // What was replaced by a repackaging stays as it is: its mistakes are why it was replaced.
  const current = entries.map(({ metadata }) => metadata).filter((metadata) => !superseded(metadata));
  const rendered: LintFinding[] = [];
  for (const metadata of current) rendered.push(...lintCharts(metadata, await render(metadata)));
  return { versions, findings: [...findings, ...rendered] };
}

async function render(metadata: CapabilityPackage) {
  const helm = await createHelm();
  const configuration = configuredValues(metadata);
  const objects: KubernetesObject[] = [];
  for (const unit of helmUnits(metadata)) {
    const values = unitValues(unit, configuration, unit.crds?.extractValues ?? {});
    const chart = join(charts, unit.chart.name, unit.chart.version);
    const namespace = unit.namespace ?? metadata.install.namespace;
    objects.push(...(await helm.template(unit.release, chart, { namespace, values, includeCrds: true })));
  }
  const isCrd = ({ kind }: KubernetesObject) => kind === 'CustomResourceDefinition';
  return { objects: objects.filter((object) => !isCrd(object)), crds: objects.filter(isCrd) };
}

function verdictLine({ package: name, version, installable, refused }: VersionVerdict): string {
  const minors = (versions: readonly string[]) => versions.map((one) => one.replace(/\.0$/, '')).join(', ');
  if (refused.length === 0) return `${name} ${version}: installable on Kubernetes ${minors(installable)}`;
  const why = refused[0]?.reason.split('\n')[0];
  return `${name} ${version}: not on Kubernetes ${minors(refused.map(({ kubernetes }) => kubernetes))}: ${why}`;
}

if (import.meta.main) {
  const { versions, findings } = await lintOwnRegistry();
  for (const verdict of versions) console.log(verdictLine(verdict));
  for (const { severity, package: name, version, message } of findings) {
    console.log(`${severity}: ${name} ${version ?? ''}: ${message}`);
  }
  if (findings.some(({ severity }) => severity === 'error')) process.exitCode = 1;
}
