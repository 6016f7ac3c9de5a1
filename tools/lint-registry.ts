import { dirname, join } from 'node:path';
import type { KubernetesObject } from '../packages/base/src/index.ts';
import { readDirectoryRegistry } from '../packages/capability-center/src/registry/directory-registry.ts';
import {
  CURRENT_KUBERNETES,
  type LintFinding,
  lintRegistry,
  SUPPORTED_KUBERNETES,
  type VersionVerdict,
} from '../packages/capability-center/src/registry/lint.ts';
import { lintCharts } from '../packages/capability-center/src/registry/lint-chart.ts';
import { resolve } from '../packages/capability-center/src/resolver/resolve.ts';
import { type CapabilityPackage, helmUnits } from '../packages/capability-model/src/index.ts';
import { createHelm, type Helm } from '../packages/helm-ts/src/index.ts';
import { renderCharts, standInOf } from './package-charts.ts';

const root = dirname(import.meta.dirname);

/** Everything that the lint of capability-registry/ finds: by resolving, and by rendering the stand-in charts. */
export async function lintOwnRegistry() {
  const entries = await readDirectoryRegistry({ name: 'capstan', location: join(root, 'capability-registry') });
  const { versions, findings } = lintRegistry(entries, {
    kubernetesVersions: SUPPORTED_KUBERNETES,
    required: CURRENT_KUBERNETES,
    resolve,
  });
  const superseded = (one: CapabilityPackage) =>
    entries.some(({ metadata: { name, version, release } }) => {
      return name === one.name && version === one.version && release > one.release;
    });
  // What was replaced by a repackaging stays as it is: its mistakes are why it was replaced.
  const current = entries.map(({ metadata }) => metadata).filter((metadata) => !superseded(metadata));
  const helm = await createHelm();
  const rendered = await Promise.all(
    current.map(async (metadata) => [
      ...lintCharts(metadata, await render(helm, metadata)),
      ...(await lintByHelm(helm, metadata)),
    ]),
  );
  return { versions, findings: [...findings, ...rendered.flat()] };
}

/** What stand-ins have because the charts that they stand for have it: versions with a `v`. */
const UPSTREAM_HABITS = /version 'v\d[^']*' is not a valid SemVerV2/;

async function lintByHelm(helm: Helm, metadata: CapabilityPackage): Promise<LintFinding[]> {
  const reports = await Promise.all(helmUnits(metadata).map((unit) => helm.lint(standInOf(unit))));
  return reports
    .flatMap(({ findings }) => findings)
    .filter(({ severity, text }) => severity !== 'info' && !UPSTREAM_HABITS.test(text))
    .map(({ text }) => ({ severity: 'error', package: metadata.name, message: `helm lint says: ${text}` }));
}

async function render(helm: Helm, metadata: CapabilityPackage) {
  const objects = await renderCharts(helm, metadata, standInOf);
  const isCrd = ({ kind }: KubernetesObject) => kind === 'CustomResourceDefinition';
  return { objects: objects.filter((object) => !isCrd(object)), crds: objects.filter(isCrd) };
}

/** One line where a version can be installed, and below it the resolver's explanation where it cannot. */
function verdictText({ package: name, version, installable, refused }: VersionVerdict): string {
  const minors = (versions: readonly string[]) => versions.map((one) => one.replace(/\.0$/, '')).join(', ');
  const where = installable.length === 0 ? 'nowhere' : `on Kubernetes ${minors(installable)}`;
  const reasons = new Map<string, string[]>();
  for (const { kubernetes, reason } of refused) {
    const general = reason.replaceAll(kubernetes, 'this version');
    reasons.set(general, [...(reasons.get(general) ?? []), kubernetes]);
  }
  const why = [...reasons].map(([reason, versions]) => {
    return `\n  not on ${minors(versions)}:\n    ${reason.split('\n').join('\n    ')}`;
  });
  return `${name} ${version}: installable ${where}${why.join('')}`;
}

if (import.meta.main) {
  const { versions, findings } = await lintOwnRegistry();
  for (const verdict of versions) console.log(verdictText(verdict));
  for (const { severity, package: name, version, message } of findings) {
    console.log(`${severity}: ${name} ${version ?? ''}: ${message}`);
  }
  if (findings.some(({ severity }) => severity === 'error')) process.exitCode = 1;
}
