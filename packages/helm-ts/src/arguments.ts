import { CapstanError, redact } from '@capstan/base';
import type { CallOptions } from './call-types.ts';
import type { ChartReference, LintFlags, PullFlags, RenderFlags, ServerFlags, TemplateFlags } from './chart-types.ts';
import { HELM_CODES } from './codes.ts';
import type {
  ListFlags,
  ReleaseFlags,
  RevisionFlags,
  RollbackFlags,
  UninstallFlags,
  UpgradeFlags,
} from './release-types.ts';
import type { LoginFlags, SearchFlags } from './repository-types.ts';

type Flag = string | false | undefined;

const present = (flags: readonly Flag[]): string[] => flags.filter((flag): flag is string => typeof flag === 'string');

const flag = (name: string, value: string | number | undefined): Flag =>
  value === undefined ? undefined : `--${name}=${value}`;

/** The arguments that name a chart. Rejects addresses with user information: arguments can be listed by others. */
export function chartArguments(chart: ChartReference): string[] {
  const { name, repository, version } = typeof chart === 'string' ? { name: chart } : chart;
  for (const address of [name, repository ?? '']) refuseCredentials(address);
  // Helm takes no registry in --repo.
  if (repository?.startsWith('oci://')) return present([`${repository}/${name}`, flag('version', version)]);
  return present([name, flag('repo', repository), flag('version', version)]);
}

/** Throws CREDENTIALS_IN_ARGUMENT when an address carries user information. */
export function refuseCredentials(address: string): void {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/\s]*@/i.test(address)) return;
  throw new CapstanError(HELM_CODES.credentialsInArgument, `${redact(address)} carries credentials`, {
    hint: 'Give the address without them and pass username and password as credentials.',
    terminal: true,
  });
}

/** How a chart is called in messages. */
export function chartName(chart: ChartReference): string {
  if (typeof chart === 'string') return redact(chart);
  const name = chart.version === undefined ? chart.name : `${chart.name} ${chart.version}`;
  return chart.repository === undefined ? name : `${name} of ${redact(chart.repository)}`;
}

/** `--namespace`, and Helm's own messages where somebody listens. */
export function callArguments(flags: CallOptions): string[] {
  return present([flag('namespace', flags.namespace), flags.onOutput && '--debug']);
}

function renderArguments(flags: RenderFlags): Flag[] {
  return [flags.values && '--values=-', flags.skipCrds && '--skip-crds', flags.noHooks && '--no-hooks'];
}

/** Flags that install and upgrade share; `--timeout` is the same limit for Helm's own waiting. */
export function releaseArguments(flags: ReleaseFlags, limitMs: number): string[] {
  const labels = Object.entries(flags.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return present([
    ...renderArguments(flags),
    flags.wait && '--wait=watcher',
    flags.waitForJobs && '--wait-for-jobs',
    flags.createNamespace && '--create-namespace',
    labels.length > 0 && `--labels=${labels.join(',')}`,
    flag('description', flags.description),
    flags.takeOwnership && '--take-ownership',
    flags.forceConflicts && '--force-conflicts',
    flags.rollbackOnFailure && '--rollback-on-failure',
    flags.disableOpenApiValidation && '--disable-openapi-validation',
    `--timeout=${limitMs}ms`,
  ]);
}

/** Flags that only upgrade has. */
export function upgradeArguments(flags: UpgradeFlags): string[] {
  const valuesFrom = {
    reset: '--reset-values',
    reuse: '--reuse-values',
    'reset-then-reuse': '--reset-then-reuse-values',
  };
  return present([
    flags.install && '--install',
    valuesFrom[flags.valuesFrom ?? 'reset'],
    flag('history-max', flags.historyMax),
  ]);
}

/** Flags of uninstall. */
export function uninstallArguments(flags: UninstallFlags, limitMs: number): string[] {
  return present([
    flags.wait && '--wait=watcher',
    flags.noHooks && '--no-hooks',
    flags.keepHistory && '--keep-history',
    flags.ignoreNotFound && '--ignore-not-found',
    `--timeout=${limitMs}ms`,
  ]);
}

/** Flags of template. */
export function templateArguments(flags: TemplateFlags): string[] {
  return present([
    ...renderArguments(flags),
    flags.includeCrds && '--include-crds',
    flag('kube-version', flags.kubeVersion),
    ...(flags.apiVersions ?? []).map((version) => flag('api-versions', version)),
    flags.isUpgrade && '--is-upgrade',
    ...(flags.showOnly ?? []).map((path) => flag('show-only', path)),
  ]);
}

/** Flags of list: every state, without Helm's limit of 256. */
export function listArguments(flags: ListFlags): string[] {
  return present([
    '--max=0',
    flags.allNamespaces && '--all-namespaces',
    flag('filter', flags.filter),
    flag('selector', flags.selector),
  ]);
}

/** Flags of rollback. */
export function rollbackArguments(flags: RollbackFlags, limitMs: number): string[] {
  return present([
    flags.wait && '--wait=watcher',
    flags.waitForJobs && '--wait-for-jobs',
    flags.noHooks && '--no-hooks',
    flags.forceConflicts && '--force-conflicts',
    flags.cleanupOnFail && '--cleanup-on-fail',
    flag('history-max', flags.historyMax),
    `--timeout=${limitMs}ms`,
  ]);
}

/** How a repository or registry is reached; never its credentials. */
export function serverArguments(flags: Omit<ServerFlags, 'credentials' | 'plainHttp'>): string[] {
  return present([
    flags.passCredentials && '--pass-credentials',
    flag('ca-file', flags.caFile),
    flag('cert-file', flags.certFile),
    flag('key-file', flags.keyFile),
    flags.insecureSkipTlsVerify && '--insecure-skip-tls-verify',
  ]);
}

/** Flags of pull. */
export function pullArguments(destination: string, flags: PullFlags): string[] {
  return present([
    `--destination=${destination}`,
    ...serverArguments(flags),
    flags.plainHttp && '--plain-http',
    flags.provenance && '--prov',
    flags.keyring !== undefined && '--verify',
    flag('keyring', flags.keyring),
  ]);
}

/** Flags of lint. */
export function lintArguments(flags: LintFlags): string[] {
  return present([
    flags.values && '--values=-',
    flags.strict && '--strict',
    flags.withSubcharts && '--with-subcharts',
    flag('kube-version', flags.kubeVersion),
  ]);
}

/** Flags of search repo. */
export function searchArguments(flags: SearchFlags): string[] {
  return present([
    flag('version', flags.version),
    flags.versions && '--versions',
    flags.devel && '--devel',
    flags.regexp && '--regexp',
  ]);
}

/** Which revision is read. */
export function revisionArguments(flags: RevisionFlags): string[] {
  return present([flag('revision', flags.revision)]);
}

/** Flags of registry login, without the password. */
export function loginArguments(flags: LoginFlags): string[] {
  return present([
    flag('username', flags.username),
    flag('ca-file', flags.caFile),
    flag('cert-file', flags.certFile),
    flag('key-file', flags.keyFile),
    flags.plainHttp && '--plain-http',
    flags.insecure && '--insecure',
  ]);
}
