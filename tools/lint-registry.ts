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
  type HelmUnit,
  helmUnits,
  unitValues,
} from '../packages/capability-model/src/index.ts';
import { createHelm, type Helm } from '../packages/helm-ts/src/index.ts';

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
  const helm = await createHelm();
  for (const metadata of current) {
    rendered.push(...lintCharts(metadata, await render(helm, metadata)), ...(await lintByHelm(helm, metadata)));
  }
  return { versions, findings: [...findings, ...rendered] };
}

const chartPath = ({ chart }: HelmUnit): string => join(charts, chart.name, chart.version);

async function lintByHelm(helm: Helm, metadata: CapabilityPackage): Promise<LintFinding[]> {
  const reports = await Promise.all(helmUnits(metadata).map((unit) => helm.lint(chartPath(unit))));
  return reports
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => severity !== 'info')
    .map(({ text }) => ({ severity: 'error', package: metadata.name, message: `helm lint says: ${text}` }));
}

async function render(helm: Helm, metadata: CapabilityPackage) {
  const configuration = configuredValues(metadata);
  const objects: KubernetesObject[] = [];
  for (const unit of helmUnits(metadata)) {
    const values = unitValues(unit, configuration, unit.crds?.extractValues ?? {});
    const namespace = unit.namespace ?? metadata.install.namespace;
    objects.push(...(await helm.template(unit.release, chartPath(unit), { namespace, values, includeCrds: true })));
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
